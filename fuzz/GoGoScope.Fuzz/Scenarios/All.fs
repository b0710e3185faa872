module GoGoScope.Fuzz.Scenarios

/// Every scenario, in the order in which the rooms were built: one line each.
let all: Scenario list = [
    // scopes
    Trees.Scenario.scenario
    Limits.Scenario.scenario
    Services.Scenario.scenario
    // combinators
    Combinators.RaceScenario.scenario
    Combinators.ParallelScenario.scenario
    Combinators.TimerScenario.scenario
    Combinators.StreamScenario.scenario
    Lifetime.Scenario.scenario
    // resilience
    Retries.Scenario.scenario
    Breakers.Scenario.scenario
    // channels
    Channels.Items.scenario
    Channels.Selects.scenario
    Channels.Broadcasts.scenario
    // permits and pools
    Sync.SemaphoreScenario.scenario
    Sync.PoolScenario.scenario
]
