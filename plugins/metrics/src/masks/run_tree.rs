//! A tree of boxes of voxels, in which the nearest one is found without looking at all.

/// Voxels from `low` to `high`, both included, on the axes slice, row, column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VoxelBox {
    pub(super) low: [u32; 3],
    pub(super) high: [u32; 3],
}

/// The square of the distance between neighbours on each axis.
pub(super) type Weights = [f64; 3];

fn squared(steps: [u32; 3], weights: &Weights) -> f64 {
    steps.iter().zip(weights).map(|(&steps, weight)| weight * (f64::from(steps) * f64::from(steps))).sum()
}

impl VoxelBox {
    /// The squared distance to the box `target`, of the voxel that is farthest from it.
    ///
    /// Larger boxes in place of `self`, or smaller ones in place of `target`, never make it smaller: not even in the last bit,
    /// since each step of the computation is monotone.
    fn reach(&self, target: &VoxelBox, weights: &Weights) -> f64 {
        let steps = std::array::from_fn(|axis| {
            let below = target.low[axis].saturating_sub(self.low[axis]);
            below.max(self.high[axis].saturating_sub(target.high[axis]))
        });
        squared(steps, weights)
    }

    /// What the reach to any box that is no larger than `largest` is at the least: those of equal centre are nearest.
    fn least_reach(&self, largest: [u32; 3], weights: &Weights) -> f64 {
        let extent = self.extent();
        squared(std::array::from_fn(|axis| extent[axis].saturating_sub(largest[axis]).div_ceil(2)), weights)
    }

    /// How many steps it is from the lowest to the highest voxel.
    fn extent(&self) -> [u32; 3] {
        std::array::from_fn(|axis| self.high[axis].saturating_sub(self.low[axis]))
    }

    /// How many voxels it holds, if it is a part of one column.
    pub(super) fn voxels_in_column(&self) -> u64 {
        u64::from(self.extent()[1]) + 1
    }

    /// The lower and the upper half of the longest axis; none of a single voxel.
    fn halves(&self) -> Option<[VoxelBox; 2]> {
        let extent = self.extent();
        let axis = (0..3).max_by_key(|&axis| extent[axis]).filter(|&axis| extent[axis] > 0)?;
        let middle = self.low[axis] + extent[axis] / 2;
        let (mut lower, mut upper) = (*self, *self);
        lower.high[axis] = middle;
        upper.low[axis] = middle + 1;
        Some([lower, upper])
    }

    fn bounding(boxes: &[VoxelBox]) -> VoxelBox {
        let none = VoxelBox { low: [u32::MAX; 3], high: [0; 3] };
        boxes.iter().fold(none, |all, one| VoxelBox {
            low: std::array::from_fn(|axis| all.low[axis].min(one.low[axis])),
            high: std::array::from_fn(|axis| all.high[axis].max(one.high[axis])),
        })
    }
}

/// Boxes in a balanced binary tree (a bounding volume hierarchy).
#[derive(Debug)]
pub(super) struct RunTree<'a> {
    root: Node<'a>,
    /// The largest extent of a box, on each axis.
    largest: [u32; 3],
}

#[derive(Debug)]
struct Node<'a> {
    bounds: VoxelBox,
    content: Content<'a>,
}

#[derive(Debug)]
enum Content<'a> {
    Boxes(&'a [VoxelBox]),
    Halves(Box<[Node<'a>; 2]>),
}

/// How many boxes a leaf holds at most.
const LEAF: usize = 8;

impl<'a> RunTree<'a> {
    /// The tree of some boxes, which it sorts; none if there are none. `n log n`.
    pub(super) fn new(boxes: &'a mut [VoxelBox], weights: &Weights) -> Option<Self> {
        let largest = std::array::from_fn(|axis| boxes.iter().map(|one| one.extent()[axis]).max().unwrap_or_default());
        (!boxes.is_empty()).then(|| RunTree { root: Node::new(boxes, weights), largest })
    }
}

impl<'a> Node<'a> {
    fn new(boxes: &'a mut [VoxelBox], weights: &Weights) -> Self {
        let bounds = VoxelBox::bounding(boxes);
        if boxes.len() <= LEAF {
            return Node { bounds, content: Content::Boxes(boxes) };
        }
        let extent = bounds.extent();
        let length = |axis: usize| weights[axis] * f64::from(extent[axis]) * f64::from(extent[axis]);
        let axis = (0..3).max_by(|&a, &b| length(a).total_cmp(&length(b))).unwrap_or_default();
        let middle = boxes.len() / 2;
        boxes.select_nth_unstable_by_key(middle, |one| u64::from(one.low[axis]) + u64::from(one.high[axis]));
        let (lower, upper) = boxes.split_at_mut(middle);
        Node { bounds, content: Content::Halves(Box::new([Node::new(lower, weights), Node::new(upper, weights)])) }
    }

    /// True if some box is within the squared distance `limit` of every voxel of `from`.
    fn is_within(&self, from: &VoxelBox, limit: f64, weights: &Weights) -> bool {
        let near = |bounds: &VoxelBox| from.reach(bounds, weights) <= limit;
        match &self.content {
            Content::Boxes(boxes) => boxes.iter().any(near),
            Content::Halves(halves) => {
                halves.iter().any(|half| near(&half.bounds) && half.is_within(from, limit, weights))
            }
        }
    }

    /// Lowers `best` to the smallest [`VoxelBox::reach`] from `from` to a box, if that is smaller.
    fn lower_to_nearest(&self, from: &VoxelBox, weights: &Weights, best: &mut f64) {
        let [lower, upper] = match &self.content {
            Content::Boxes(boxes) => {
                *best = boxes.iter().map(|one| from.reach(one, weights)).fold(*best, f64::min);
                return;
            }
            Content::Halves(halves) => &**halves,
        };
        let mut halves = [lower, upper].map(|half| (from.reach(&half.bounds, weights), half));
        if halves[1].0 < halves[0].0 {
            halves.swap(0, 1);
        }
        for (at_least, half) in halves {
            if at_least < *best {
                half.lower_to_nearest(from, weights, best);
            }
        }
    }
}

/// The square of the directed Hausdorff distance from one set of voxels to another: of all voxels of `from`, the largest squared
/// distance to the nearest voxel of `to`; or `farthest`, if that is larger.
///
/// Branch and bound: where some one box of `to` is near enough to all voxels of a part of `from`, none of them is farther than a voxel
/// found before, and the part needs no closer look. Otherwise its halves are looked at, down to single voxels.
pub(super) fn raise(farthest: f64, from: &RunTree<'_>, to: &RunTree<'_>, weights: &Weights) -> f64 {
    let mut search = Search { to, weights, farthest };
    search.look_at_node(&from.root);
    search.farthest
}

struct Search<'a> {
    to: &'a RunTree<'a>,
    weights: &'a Weights,
    farthest: f64,
}

impl Search<'_> {
    fn is_settled(&self, part: &VoxelBox) -> bool {
        part.least_reach(self.to.largest, self.weights) <= self.farthest
            && self.to.root.is_within(part, self.farthest, self.weights)
    }

    fn look_at_node(&mut self, part: &Node<'_>) {
        if self.is_settled(&part.bounds) {
            return;
        }
        match &part.content {
            Content::Boxes(boxes) => boxes.iter().for_each(|part| self.look_at_box(part)),
            Content::Halves(halves) => halves.iter().for_each(|half| self.look_at_node(half)),
        }
    }

    fn look_at_box(&mut self, part: &VoxelBox) {
        if self.is_settled(part) {
            return;
        }
        match part.halves() {
            Some(halves) => halves.iter().for_each(|half| self.look_at_box(half)),
            None => {
                let mut nearest = f64::INFINITY;
                self.to.root.lower_to_nearest(part, self.weights, &mut nearest);
                self.farthest = nearest;
            }
        }
    }
}
