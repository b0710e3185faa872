namespace GoGoScope.Tests

/// Tests that measure the process: nothing else runs beside them.
[<Xunit.CollectionDefinition("Alone", DisableParallelization = true)>]
type Alone() = class end
