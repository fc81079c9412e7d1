//! An ordered map of numbers to places in a list: the one map that all tables of a session share.
//! It is a list of short sorted lists, because that is a tenth of the code of a balanced tree, and as
//! quick with a million numbers as with ten: only a short list is ever moved.

/// As long as a short list gets: moving it costs less than finding it.
const FULL: usize = 128;

/// Places by number, in the order of the numbers.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Short lists, none of them empty.
    lists: Vec<Vec<(u64, usize)>>,
}

impl Index {
    pub(super) fn get(&self, number: u64) -> Option<usize> {
        let list = self.lists.get(self.list_of(number))?;
        let (found, place) = list.get(position(list, number))?;
        (*found == number).then_some(*place)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Sets the place of a number and gives the one that it had before.
    pub(super) fn insert(&mut self, number: u64, place: usize) -> Option<usize> {
        let which = self.list_of(number);
        let Some(list) = self.lists.get_mut(which) else {
            self.lists.push(vec![(number, place)]);
            return None;
        };
        let at = position(list, number);
        if let Some((_, before)) = list.get_mut(at).filter(|(found, _)| *found == number) {
            return Some(std::mem::replace(before, place));
        }
        // No place is behind the end, here and below: said so that the compiler needs no panic with a text for it.
        list.insert(at.min(list.len()), (number, place));
        if list.len() > FULL {
            // Numbers that are counted upwards leave full lists behind.
            let half = if at == FULL { FULL } else { FULL / 2 };
            let rest = list.split_off(half.min(list.len()));
            self.lists.insert((which + 1).min(self.lists.len()), rest);
        }
        None
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<usize> {
        let which = self.list_of(number);
        let list = self.lists.get_mut(which)?;
        let at = position(list, number);
        list.get(at).filter(|(found, _)| *found == number)?;
        let (_, place) = list.remove(at);
        if list.is_empty() {
            // Once in a list's life. `remove` would bring a panic with a text that is put together.
            self.lists.retain(|list| !list.is_empty());
        }
        Some(place)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.lists.iter().flatten().map(|(_, place)| *place)
    }

    /// The list in which a number is, or would be.
    fn list_of(&self, number: u64) -> usize {
        if self.lists.len() <= 1 {
            return 0;
        }
        let begins = |list: &Vec<(u64, usize)>| list.first().is_some_and(|(first, _)| *first <= number);
        self.lists.partition_point(begins).saturating_sub(1)
    }
}

/// Where in a list a number is, or would be.
fn position(list: &[(u64, usize)], number: u64) -> usize {
    // Requests are counted upwards, and most are answered in their order.
    if list.last().is_some_and(|(last, _)| *last < number) {
        return list.len();
    }
    if list.first().is_some_and(|(first, _)| number <= *first) {
        return 0;
    }
    list.partition_point(|(found, _)| *found < number)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Numbers that look random, the same in every run.
    fn numbers(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)
    }

    #[test]
    fn it_is_the_map_of_the_standard_library_whatever_comes_and_goes() {
        let (mut index, mut map) = (Index::default(), BTreeMap::new());
        for (place, number) in numbers(20_000).enumerate() {
            let number = number % 5000;
            if number % 3 == 0 {
                assert_eq!(index.remove(number), map.remove(&number));
            } else {
                assert_eq!(index.insert(number, place), map.insert(number, place));
            }
            assert_eq!(index.get(number), map.get(&number).copied());
            assert_eq!(index.get(number + 1), map.get(&(number + 1)).copied());
        }
        assert!(index.places().eq(map.values().copied()));
        for number in 0..5000 {
            assert_eq!(index.remove(number), map.remove(&number));
        }
        assert!(index.lists.is_empty());
    }

    #[test]
    fn lists_stay_short_and_are_full_when_numbers_are_counted() {
        let mut index = Index::default();
        (0..10_000).for_each(|number| _ = index.insert(number, 0));
        assert!(index.lists.len() <= 10_000_usize.div_ceil(FULL));
        numbers(10_000).for_each(|number| _ = index.insert(number, 0));
        assert!(index.lists.iter().all(|list| (1..=FULL).contains(&list.len())));
    }
}
