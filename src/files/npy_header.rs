//! The header of a `.npy` file: a Python dict literal with three known keys.
//!
//! Read by hand rather than by a parser of Python literals: those recurse on nested brackets, and
//! so a hostile header of 64 KiB overflows the stack, which no error handling can catch.

use super::elements::{Element, Endian};
use crate::text::visible;

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) endian: Endian,
    pub(super) fortran_order: bool,
    /// Empty for a single number.
    pub(super) dims: Vec<u64>,
}

/// Reads a header such as `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
pub(super) fn parse(text: &str) -> Result<Header, String> {
    let mut scanner = Scanner { rest: text };
    let (mut descr, mut fortran_order, mut dims) = (None, None, None);
    scanner.expect('{')?;
    while !scanner.accept('}') {
        let key = scanner.string()?;
        scanner.expect(':')?;
        match key {
            "descr" => descr = Some(scanner.element_type()?),
            "fortran_order" => fortran_order = Some(scanner.boolean()?),
            "shape" => dims = Some(scanner.shape()?),
            _ => {
                return Err(format!("its .npy header has the unknown key `{}`", cut(key)));
            }
        }
        if !scanner.accept(',') {
            scanner.expect('}')?;
            break;
        }
    }
    if !scanner.rest.trim().is_empty() {
        return Err(scanner.unexpected());
    }
    let missing = |key: &str| format!("its .npy header lacks the key `{key}`");
    let (element, endian) = descr.ok_or_else(|| missing("descr"))?;
    Ok(Header {
        element,
        endian,
        fortran_order: fortran_order.ok_or_else(|| missing("fortran_order"))?,
        dims: dims.ok_or_else(|| missing("shape"))?,
    })
}

struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    /// Takes `token` if it comes next, white space aside.
    fn accept_text(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn accept(&mut self, token: char) -> bool {
        self.accept_text(token.encode_utf8(&mut [0; 4]))
    }

    fn expect(&mut self, token: char) -> Result<(), String> {
        if self.accept(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> String {
        format!("its .npy header cannot be understood at `{}`", cut(self.rest.trim()))
    }

    /// A quoted string without escapes, which no key or plain element type has.
    fn string(&mut self) -> Result<&'a str, String> {
        let quote = if self.accept('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.expect(quote)?;
        }
        let (text, rest) = self.rest.split_once(quote).ok_or_else(|| self.unexpected())?;
        self.rest = rest;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool, String> {
        if self.accept_text("True") {
            Ok(true)
        } else if self.accept_text("False") {
            Ok(false)
        } else {
            Err(self.unexpected())
        }
    }

    fn element_type(&mut self) -> Result<(Element, Endian), String> {
        if self.accept('[') {
            return Err("a structured array, not an array of numbers".into());
        }
        let descr = self.string()?;
        element_type(descr).ok_or_else(|| {
            let descr = cut(descr);
            format!(
                "elements of type `{descr}` cannot be used: save integers, booleans, \
                 float32 or float64"
            )
        })
    }

    /// A tuple of lengths. Python 2 wrote them as `3L`.
    fn shape(&mut self) -> Result<Vec<u64>, String> {
        let mut dims = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            self.rest = self.rest.trim_start();
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            dims.push(digits.parse().map_err(|_| self.unexpected())?);
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(dims)
    }
}

/// The element type that NumPy writes as, for example, `<f8`: order of bytes, kind, size.
fn element_type(descr: &str) -> Option<(Element, Endian)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let element = match kind {
        "b1" => Element::Bool,
        "u1" => Element::U8,
        "u2" => Element::U16,
        "u4" => Element::U32,
        "u8" => Element::U64,
        "i1" => Element::I8,
        "i2" => Element::I16,
        "i4" => Element::I32,
        "i8" => Element::I64,
        "f4" => Element::F32,
        "f8" => Element::F64,
        _ => return None,
    };
    match order {
        "<" => Some((element, Endian::Little)),
        ">" => Some((element, Endian::Big)),
        "|" if element.size() == 1 => Some((element, Endian::Little)),
        _ => None,
    }
}

/// The beginning of what a file says, short enough for a message.
fn cut(text: &str) -> String {
    text.chars().map(visible).take(20).collect()
}
