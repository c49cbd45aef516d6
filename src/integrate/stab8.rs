//! A stabilised explicit pair 8(5,3) of sixteen stages, whose real stability interval is 29: more than four times that of
//! Dop853, for a third more evaluations. For flows that accuracy and stability limit about alike, where Rock4's order is too
//! low. It is none of the published families SERK and ESERK, and its coefficients are gradflow's own:
//! tests/reference/stab8.py says how they were found, and checks them.
//!
//! Its stability polynomial R is of order 8 and at most 0.12 in size on [−28, −4], and no stage's polynomial is above 1.65
//! there. Stage 1 is so near the start, c = 7·10⁻⁴, that k_1 − k_0 is all but h c J f: with it every later stage is of order 3.
//!
//! The conditions of order up to 6, and R, hold to 10⁻¹², those of order 7 and 8 to 10⁻⁹ and 3·10⁻⁸, as √Σ ((Φ(t) − 1/γ(t))/σ(t))²
//! over the trees t. By that measure the error of order 9 is 4·10⁻⁶, two thirds of Dop853's: what is missing of orders 7 and 8
//! would outweigh it only at steps whose error is below rounding.
//!
//! The leading terms of both estimates are near multiples of h⁶y⁽⁶⁾ and h⁴y⁽⁴⁾. On the stability interval the first is at most 12
//! for a component of size 1. It is scaled so that runs are wrong by about as much as Dop853's.
//!
//! The interpolant is of order 5 and takes no further evaluations: it finds where to look for a crossing. On the stability interval
//! it is at most 2.2 for a component of size 1.

use super::Method;
use super::tableau::Tableau;

/// Sixteen stages; f(y₁), the first of the next step, is number 16.
pub(crate) const STAB8: Tableau = Tableau {
    method: Method::Stab8,
    a: &[
        &[(0, 0.0006999934062675055)],
        &[(0, -0.7409635392869578), (1, 0.7738775549467809)],
        &[(0, -0.6403626364582562), (1, 0.6566525639569715), (2, 0.04716400676653682)],
        &[(0, -0.9479687356168166), (1, 1.0873804490024226), (2, -0.22548411015308428), (3, 0.18990854246891054)],
        &[
            (0, 0.9448113138224555),
            (1, -0.8839417655765509),
            (2, -0.15598305250047584),
            (3, 0.21342330348415336),
            (4, 0.027841793732617356),
        ],
        &[
            (0, 0.35272464929215924),
            (1, -0.19538776598431992),
            (2, -0.08137370301120518),
            (3, -0.12890145526835636),
            (4, 0.029382924922640666),
            (5, 0.2808747513105859),
        ],
        &[
            (0, -0.2953589184279957),
            (1, 0.4375221478496812),
            (2, 0.059950767658835565),
            (3, -0.09981070037729103),
            (4, -0.06812928148093748),
            (5, 0.0028984326078473474),
            (6, 0.38063851366002793),
        ],
        &[
            (0, -0.9870497673190134),
            (1, 1.2345820636194809),
            (2, 0.11491803459673995),
            (3, -0.24029139477704822),
            (4, -0.154549667129419),
            (5, 0.06254323741179439),
            (6, 0.28494438210336137),
            (7, 0.2538324670545938),
        ],
        &[
            (0, 0.19207992244573532),
            (1, -0.3331157040046455),
            (2, 0.20383875411050148),
            (3, 0.1740624609581857),
            (4, -0.029173128969403193),
            (5, -0.12444454582464999),
            (6, 0.07169241506319568),
            (7, -0.014410435732272062),
            (8, 0.0026731515172403247),
        ],
        &[
            (0, -0.2436020482176935),
            (1, 0.28235821397685723),
            (2, -0.1338426432477058),
            (3, 0.274733735294895),
            (4, -0.04845354020159404),
            (5, -0.18112136130148485),
            (6, 0.1278640441540196),
            (7, 0.2041296848802388),
            (8, 0.04945819457047688),
            (9, 0.23784393069453527),
        ],
        &[
            (0, 0.6003253527797043),
            (1, -0.5462693427451709),
            (2, -0.1518502095864973),
            (3, 0.09821291504329505),
            (4, 0.0918773071539402),
            (5, 0.028890771357707633),
            (6, 0.1517502476767664),
            (7, 0.060045159297596094),
            (8, -0.007646048917587099),
            (9, 0.11517666603025846),
            (10, 0.06307394867923213),
        ],
        &[
            (0, -0.3452776589034685),
            (1, 0.21073024083416053),
            (2, 0.031444097497516),
            (3, 0.23307904865384801),
            (4, 0.1104747293802757),
            (5, 0.05368604534138123),
            (6, -0.14243993149546855),
            (7, 0.21002556951362003),
            (8, -0.03589131167508923),
            (9, 0.06450510755089976),
            (10, 0.1114936600975526),
            (11, 0.1614489955522584),
        ],
        &[
            (0, -0.22514298179600603),
            (1, 0.6541750696987579),
            (2, -0.11188052550241721),
            (3, -0.360886710288606),
            (4, -0.4935160850705258),
            (5, 0.5347177471893706),
            (6, 0.11636525154520072),
            (7, 0.01805926382935079),
            (8, -0.10892030985681574),
            (9, 0.2613127914201069),
            (10, -0.3549876112320601),
            (11, 0.39197983074571596),
            (12, 0.5201633834686036),
        ],
        &[
            (0, -0.10624285488440482),
            (1, 0.09681982164193029),
            (2, 0.19845334484036284),
            (3, -0.13173566384475893),
            (4, 0.020474803363986847),
            (5, -0.30441348777142935),
            (6, 0.09427519336140627),
            (7, 0.4659937575216746),
            (8, 0.14909654486250645),
            (9, 0.3614408245561936),
            (10, -0.17777994742708408),
            (11, 0.017845137588897993),
            (12, -0.022153668938127643),
            (13, 0.23145737696234567),
        ],
        &[
            (0, -0.20665159573577682),
            (1, -0.02186940889022364),
            (2, 0.019660028526049998),
            (3, 0.2713464004721058),
            (4, 0.020311741457368547),
            (5, -0.1598831626587544),
            (6, -0.2486791294685188),
            (7, 0.10634330025431468),
            (8, -0.09627187034771134),
            (9, 0.6197923717463237),
            (10, 0.3091544865136417),
            (11, -0.12466121814427224),
            (12, 0.38717533837118556),
            (13, -0.15238577378874477),
            (14, 0.2766187388546627),
        ],
    ],
    b: &[
        (0, 0.05695035627028171),
        (1, -0.028779780821693485),
        (2, 0.019914811412149784),
        (3, 0.023154862506618693),
        (4, -0.021626915197651756),
        (5, 0.055805132449113025),
        (6, 0.08358217198672997),
        (7, 0.15179090446186266),
        (8, -0.023098486036549473),
        (9, 0.126841336625327),
        (10, -0.02779500586717196),
        (11, 0.1427738971327751),
        (12, 0.20011841976596856),
        (13, 0.10585488614548197),
        (14, 0.09712896293014937),
        (15, 0.03738444623660877),
    ],
    error: &[
        (0, -9.288533483174104, -0.2358176302409027),
        (1, 7.295687407413914, 0.056195572744494125),
        (2, 4.499181473483055, -0.24012651027209295),
        (3, -1.646731572331052, 0.275805041609799),
        (4, -1.1566458730036921, -0.1717154786315705),
        (5, -1.6337361199010698, 0.16993071981026547),
        (6, 0.28493037940027716, -0.5737017579052368),
        (7, 0.3106244863975708, 0.7836151621255939),
        (8, 0.03406327431574798, 0.6170022709138921),
        (9, 1.5814633591544864, 0.4994923691950931),
        (10, -0.33547788232387576, 0.9456637317519794),
        (11, -0.13627254773857542, -1.309453111660872),
        (12, 0.24319239522291713, -0.9058266241875662),
        (13, -0.09519919892394055, -0.326079026286232),
        (14, 0.035354553187381295, 0.35440836223344635),
        (15, 0.008099348820978403, 0.060606908799909966),
    ],
    error_takes_end: false,
    further: &[],
    dense: &[
        &[
            (0, -2.569421804106293),
            (1, -3.8972114167132927),
            (2, 4.155342943298488),
            (3, 1.5226082277123003),
            (4, 0.1116177280683512),
            (5, 0.20333759584434083),
            (6, 3.3940504702864054),
            (7, -1.8263229717209912),
            (8, 0.14628040084257718),
            (9, 0.25767300368469964),
            (10, 0.8290865099364091),
            (11, -1.6106991146857168),
            (12, -2.1848585262508724),
            (13, 0.4510210594049861),
            (14, 1.0456486518890018),
            (15, 1.0981495573557603),
            (16, -1.1263023148461544),
        ],
        &[
            (0, 0.9923452530882605),
            (1, 7.574156666711907),
            (2, -7.280003609113558),
            (3, -2.598858874602382),
            (4, -0.839910712374171),
            (5, 0.5956811344482049),
            (6, -5.52461838757635),
            (7, 4.429975719673792),
            (8, -0.20016867143264727),
            (9, 2.3320526889287305),
            (10, -1.5556361844091737),
            (11, 3.194026599168433),
            (12, 2.389963677246841),
            (13, -3.0651658270225157),
            (14, -4.371983445297531),
            (15, -3.296686670538038),
            (16, 7.224830643100202),
        ],
    ],
    stable: 29.0,
    order: 8.0,
};

#[cfg(test)]
mod tests {
    use super::*;

    const STAGES: usize = 16;
    type Stages = [f64; STAGES];

    /// The coefficients as numbers: a, b, and both error estimates.
    fn coefficients() -> ([Stages; STAGES], Stages, Stages, Stages) {
        let (mut a, mut b, mut high, mut low) = ([[0.0; STAGES]; STAGES], [0.0; STAGES], [0.0; STAGES], [0.0; STAGES]);
        for (into, row) in a.iter_mut().skip(1).zip(STAB8.a) {
            row.iter().for_each(|(j, value)| into[*j] = *value);
        }
        STAB8.b.iter().for_each(|(j, value)| b[*j] = *value);
        STAB8.error.iter().for_each(|(j, e, tame)| (high[*j], low[*j]) = (*e, *tame));
        (a, b, high, low)
    }

    /// A rooted tree with what its condition takes: its order, γ, σ, and Π_children (A g_child) for each stage.
    #[derive(Clone)]
    struct Tree {
        order: usize,
        gamma: f64,
        sigma: f64,
        grown: Stages,
    }

    /// All trees of up to `most` vertices (Butcher 2016, section 300): the children of a root are taken in their order, each
    /// so often as fits.
    fn trees(a: &[Stages; STAGES], most: usize) -> Vec<Tree> {
        let mut found: Vec<Tree> = Vec::new();
        for order in 1..=most {
            let root = Tree { order: 1, gamma: 1.0, sigma: 1.0, grown: [1.0; STAGES] };
            let mut complete = Vec::new();
            plant(a, &found, 0, root, order, &mut complete);
            found.extend(complete);
        }
        found
    }

    /// Adds children from the `from`-th tree on until the tree is of this order.
    fn plant(a: &[Stages; STAGES], kinds: &[Tree], from: usize, tree: Tree, order: usize, complete: &mut Vec<Tree>) {
        if tree.order == order {
            complete.push(Tree { gamma: tree.gamma * order as f64, ..tree });
            return;
        }
        for (index, child) in kinds.iter().enumerate().skip(from) {
            let branch: Stages = std::array::from_fn(|i| (0..STAGES).map(|j| a[i][j] * child.grown[j]).sum());
            let mut grown = tree.clone();
            for times in 1..=(order - tree.order) / child.order {
                grown.order += child.order;
                grown.gamma *= child.gamma;
                grown.sigma *= child.sigma * times as f64;
                grown.grown.iter_mut().zip(&branch).for_each(|(g, b)| *g *= b);
                plant(a, kinds, index + 1, grown.clone(), order, complete);
            }
        }
    }

    fn weight(weights: &Stages, tree: &Tree) -> f64 {
        weights.iter().zip(&tree.grown).map(|(w, g)| w * g).sum()
    }

    #[test]
    fn the_order_is_eight_to_within_what_no_step_can_tell() {
        let (a, b, high, low) = coefficients();
        let trees = trees(&a, 9);
        let count = |order| trees.iter().filter(|tree| tree.order == order).count();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 8, 9].map(count), [1, 1, 2, 4, 9, 20, 48, 115, 286]);
        let norm = |order, defect: &dyn Fn(&Tree) -> f64| {
            let square = |tree: &Tree| (defect(tree) / tree.sigma).powi(2);
            trees.iter().filter(|tree| tree.order == order).map(square).sum::<f64>().sqrt()
        };
        let main = |order| norm(order, &|tree| weight(&b, tree) - 1.0 / tree.gamma);
        for order in 1..=6 {
            assert!(main(order) < 1e-12, "order {order}: {:e}", main(order));
        }
        assert!(main(7) < 1e-9 && main(8) < 3e-8, "{:e}, {:e}", main(7), main(8));
        assert!((3e-6..5e-6).contains(&main(9)), "{:e}", main(9));
        // Both estimates vanish below their order, and there they are near a multiple of y's derivative.
        for order in 1..=5 {
            assert!(norm(order, &|tree| weight(&high, tree)) < 3e-8);
            assert!(order > 3 || norm(order, &|tree| weight(&low, tree)) < 1e-13);
        }
        for tree in &trees {
            let (high, low) = (weight(&high, tree) * tree.gamma, weight(&low, tree) * tree.gamma);
            assert!(tree.order != 6 || (5e-3..1e-2).contains(&high), "{high:e}");
            assert!(tree.order != 4 || (low - 0.1).abs() < 1e-6, "{low:e}");
        }
    }

    #[test]
    fn what_decays_does_so_up_to_the_end_of_the_interval_and_not_beyond() {
        let (a, b, ..) = coefficients();
        // R_i(z) = 1 + z Σ_j a_ij R_j(z), and R likewise.
        let polynomials = |z: f64| {
            let mut stages = [1.0; STAGES];
            for i in 1..STAGES {
                stages[i] = 1.0 + z * (0..i).map(|j| a[i][j] * stages[j]).sum::<f64>();
            }
            let end = 1.0 + z * b.iter().zip(&stages).map(|(b, r)| b * r).sum::<f64>();
            (end, stages.iter().fold(0.0, |most: f64, r| most.max(r.abs())))
        };
        for k in 0..=2900 {
            let z = -0.01 * f64::from(k);
            let (end, stages) = polynomials(z);
            let bound = if z < -4.0 && z > -28.0 { 0.12 } else { 1.0 };
            assert!(end.abs() <= bound && stages < 1.65, "R({z}) = {end}, stages up to {stages}");
        }
        assert!(polynomials(-29.25).0.abs() < 1.0 && polynomials(-29.35).0.abs() > 1.0);
        assert!((polynomials(-1.0).0 - f64::exp(-1.0)).abs() < 1e-7);
    }
}
