//! Properties of the rules, over random receipts.
