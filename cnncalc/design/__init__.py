"""Networks and layers chosen: questions asked backwards, comparisons, budgets and alternatives."""
