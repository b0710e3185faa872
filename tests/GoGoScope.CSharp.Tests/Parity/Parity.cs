using System.Reflection;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>
/// Every verb of F# has its twin in C#. The twin of <c>Scope.delay</c> is called <c>Delay</c> or <c>DelayAsync</c>; where
/// it has another name, the table says so. A new verb without a twin fails here.
/// </summary>
public sealed class Parity
{
    /// <summary>Where the names differ, F# to C#. F#'s <c>and!</c> is <c>AllAsync</c>, and its <c>use</c> is <c>Use</c>.</summary>
    private static readonly Dictionary<string, string> OtherNames = new()
    {
        ["Scope.runWith"] = "Scopes.RunAsync", // settings are an optional argument
        ["Scope.runSync"] = "Awaiting.Wait",
        ["Scope.forkWith"] = "ForkExtensions.Fork",
        ["Scope.daemonWith"] = "DaemonExtensions.Daemon",
        ["Scope.startWith"] = "StartExtensions.StartAsync",
        ["Scope.forkIn"] = "ForkExtensions.Fork", // the scope is always named in C#
        ["Scope.debugTreeAs"] = "ScopeExtensions.DebugTree", // the format is an optional argument
        ["Scope.taskIn"] = "TaskExtensions.Task",
        ["Scope.taskWith"] = "TaskExtensions.Task",
        ["Scoped.value"] = "Result.Ok",
        ["Scoped.result"] = "TaskExtensions.Task", // an awaited outcome is always a value in C#
        ["Scoped.mapError"] = "WithErrorsExtensions.WithErrorsAsync",
        ["Scoped.mapCrash"] = "WithErrorsExtensions.WithErrorsAsync",
        ["ScopeTask.result"] = "Awaiting.GetAwaiter",
        ["ScopeTask.toTask"] = "Awaiting.AsTask",
        ["Schedule.constant"] = "Schedule.Fixed", // `fixed` is a keyword of F#
        ["Schedule.exponentialWith"] = "Schedule.Exponential",
        ["CircuitBreaker.guard"] = "CircuitBreakerExtensions.RunAsync",
        ["CircuitBreaker.guardWhen"] = "CircuitBreakerExtensions.RunAsync",
        ["RateLimiter.fixedWindowWith"] = "RateLimiters.FixedWindow", // settings are an optional argument
        ["RateLimiter.slidingWindowWith"] = "RateLimiters.SlidingWindow",
        ["RateLimiter.tokenBucketWith"] = "RateLimiters.TokenBucket",
        ["RateLimiter.guard"] = "RateLimiterExtensions.RunAsync",
        ["RateLimiter.guardCost"] = "RateLimiterExtensions.RunAsync",
        ["Bulkhead.guard"] = "BulkheadExtensions.RunAsync",
        ["Idempotency.guard"] = "IdempotencyExtensions.RunAsync",
        ["Fallback.handle"] = "FallbackExtensions.FallbackAsync",
        ["Fallback.orElse"] = "FallbackExtensions.FallbackAsync",
        ["Fallback.value"] = "FallbackExtensions.FallbackAsync",
        ["Hedge.after"] = "HedgeExtensions.HedgeAsync",
        ["Hedge.withOptions"] = "HedgeExtensions.HedgeAsync",
        ["Retry.withOptions"] = "RetryExtensions.RetryAsync",
        ["Retry.withSchedule"] = "RetryExtensions.RetryAsync",
        ["Retry.times"] = "RetryExtensions.RetryAsync",
        ["Scope.service"] = "ServiceExtensions.Use",
        ["Scope.hasService"] = "ServiceExtensions.Has",
        ["Scope.replace"] = "ServiceExtensions.Override", // a reserved word in F#
        ["Channel.create"] = "ChannelExtensions.Channel",
        ["Channel.createWith"] = "ChannelExtensions.Channel",
        ["Channel.unbounded"] = "ChannelExtensions.UnboundedChannel",
        ["PriorityChannel.create"] = "ChannelExtensions.PriorityChannel",
        ["Broadcast.create"] = "BroadcastExtensions.Broadcast",
        ["Broadcast.named"] = "BroadcastExtensions.Broadcast",
        ["Broadcast.subscribeWith"] = "BroadcastExtensions.Subscribe",
        ["Subscription.alt"] = "Alt.Receive",
        ["Alt.receiveOrClosed"] = "Alt.Receive", // what follows is an argument of each case
        ["Alt.sendOrClosed"] = "Alt.Send",
        ["Alt.map"] = "Alt.Receive",
        ["Alt.wrap"] = "Alt.Receive",
        ["Semaphore.create"] = "SemaphoreExtensions.Semaphore",
        ["Semaphore.createWith"] = "SemaphoreExtensions.Semaphore",
        ["Semaphore.acquireWith"] = "SemaphoreExtensions.AcquireAsync", // settings are an optional argument
        ["Semaphore.acquireMany"] = "SemaphoreExtensions.AcquireAsync",
        ["Semaphore.acquireWithin"] = "SemaphoreExtensions.AcquireAsync",
        ["AsyncLock.create"] = "AsyncLockExtensions.AsyncLock",
        ["AsyncReaderWriterLock.create"] = "AsyncReaderWriterLockExtensions.AsyncReaderWriterLock",
        ["ResourcePool.create"] = "ResourcePoolExtensions.ResourcePoolAsync",
        ["ResourcePool.createWith"] = "ResourcePoolExtensions.ResourcePoolAsync",
        ["Parallel.all"] = "ParallelExtensions.ParallelAsync",
        ["Parallel.allWith"] = "ParallelExtensions.ParallelAsync",
        ["Parallel.settled"] = "ParallelExtensions.ParallelSettledAsync",
        ["Parallel.settledWith"] = "ParallelExtensions.ParallelSettledAsync",
        ["Parallel.aggregate"] = "AggregateExtensions.ParallelAggregateAsync",
        ["Parallel.aggregateWith"] = "AggregateExtensions.ParallelAggregateAsync",
        ["Parallel.map"] = "ParallelExtensions.ParallelAsync",
        ["Parallel.mapWith"] = "ParallelExtensions.ParallelAsync",
        ["Parallel.mapAsyncWith"] = "ForEachExtensions.ParallelAsync",
        ["Parallel.forEach"] = "ForEachExtensions.ParallelForEachAsync",
        ["Parallel.forEachWith"] = "ForEachExtensions.ParallelForEachAsync",
        ["Parallel.forEachAsyncWith"] = "ForEachExtensions.ParallelForEachAsync",
        ["Parallel.anyWith"] = "QuorumExtensions.AnyAsync",
        ["Parallel.quorumWith"] = "QuorumExtensions.QuorumAsync",
        ["Parallel.join"] = "JoinerExtensions.ParallelJoinAsync",
        ["Parallel.joinWith"] = "JoinerExtensions.ParallelJoinAsync",
        ["Poll.defaults"] = "PollSettings.Interval",
        ["Poll.make"] = "PollExtensions.Poll", // start: false
        ["Poll.start"] = "PollExtensions.Poll",
        ["Poll.startWith"] = "PollExtensions.Poll",
        ["Every.run"] = "PollExtensions.EveryAsync",
        ["Debounce.make"] = "DebounceExtensions.Debounce",
        ["Debounce.makeWith"] = "DebounceExtensions.Debounce",
        ["Throttle.make"] = "DebounceExtensions.Throttle",
        ["Throttle.makeWith"] = "DebounceExtensions.Throttle",
        ["Batch.make"] = "BatchExtensions.Batch",
        ["Batch.makeWith"] = "BatchExtensions.Batch",
        ["Stream.ofSource"] = "StreamExtensions.Stream",
        ["Race.first"] = "RaceExtensions.RaceFirstAsync",
        ["Race.firstWith"] = "RaceExtensions.RaceFirstAsync",
        ["Race.firstOk"] = "RaceExtensions.RaceAsync",
        ["Race.firstOkWith"] = "RaceExtensions.RaceAsync",
    };

    /// <summary>Modules that hold no verbs.</summary>
    private static readonly Dictionary<string, string> NoVerbs = new()
    {
        ["Core"] = "the builders, a part of the F# language",
        ["ScopeError"] = "errors as values; C# has Result.Fail and the class ScopeErrors",
    };

    /// <summary>C# verbs that are something else in F#.</summary>
    private static readonly Dictionary<string, string> OnlyInCSharp = new()
    {
        ["AllExtensions.AllAsync"] = "and!",
        ["CleanupExtensions.Use"] = "use",
        ["Matching.Match"] = "match",
        ["SelectExtensions.SelectAsync"] = "select",
        ["SelectExtensions.SelectPrioritizedAsync"] = "selectPrioritized",
        ["SelectExtensions.SelectWithinAsync"] = "selectWithin",
        ["ServiceExtensions.OverrideAsync"] = "Scope.replace, whose factory is a block",
        ["ServiceExtensions.TryUse"] = "Scope.hasService",
        ["Race.FirstAsync"] = "Scope.run (Race.first ..)",
        ["Race.FirstOkAsync"] = "Scope.run (Race.firstOk ..)",
        ["ScopeErrors.Map"] = "ScopeError.map",
        ["ScopeErrors.As"] = "ScopeError.map",
    };

    private const BindingFlags Anything = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Assembly FSharp = typeof(Scope).Assembly;

    private static readonly Assembly CSharp = typeof(Scopes).Assembly;

    private static bool IsModule(Type type) =>
        type.GetCustomAttributes<CompilationMappingAttribute>().Any(mapping => mapping.SourceConstructFlags == SourceConstructFlags.Module);

    private static string WithoutSuffix(string name) => name.EndsWith("Module", StringComparison.Ordinal) ? name[..^6] : name;

    /// <summary>As F# spells them: <c>Scope.delay</c>.</summary>
    private static SortedSet<string> Verbs()
    {
        var verbs = new SortedSet<string>(StringComparer.Ordinal);

        foreach (var type in FSharp.GetExportedTypes().Where(type => type.Namespace == "GoGoScope" && !type.IsNested))
        {
            if (type.Name.Contains("Sources", StringComparison.Ordinal) || type.Name.StartsWith("ScopeBuilder", StringComparison.Ordinal))
                continue; // parts of the builders

            if (type.Name.EndsWith("Verbs", StringComparison.Ordinal))
            {
                verbs.UnionWith(type.GetMethods(Anything).Select(method =>
                    "Scope." + method.Name.Replace("Scope.", "").Replace(".Static", "").Replace("get_", "")));
            }
            else if (IsModule(type) && !NoVerbs.ContainsKey(WithoutSuffix(type.Name)))
            {
                verbs.UnionWith(type.GetMethods(Anything).Select(method =>
                    $"{WithoutSuffix(type.Name)}.{method.Name.Replace("get_", "")}"));
            }
        }

        return verbs;
    }

    /// <summary>The facade's own, and the members of the nouns that both languages share.</summary>
    private static SortedSet<string> Members()
    {
        var types = CSharp.GetExportedTypes().Where(type => !type.IsNested).Append(typeof(Scope)).Append(typeof(ScopeTask<,>))
            .Append(typeof(Channel<>)).Append(typeof(Broadcast<>)).Append(typeof(Subscription<>))
            .Append(typeof(GoGoScope.Semaphore)).Append(typeof(AsyncLock)).Append(typeof(AsyncReaderWriterLock));
        return new(
            types.SelectMany(type => type.GetMethods(Anything).Select(method =>
                $"{type.Name.Split('`')[0]}.{method.Name.Replace("get_", "")}")),
            StringComparer.Ordinal);
    }

    private static IEnumerable<string> ByRule(string verb, IEnumerable<string> members)
    {
        var name = char.ToUpperInvariant(verb.Split('.')[1][0]) + verb.Split('.')[1][1..];
        return members.Where(member => member.EndsWith($".{name}", StringComparison.Ordinal) || member.EndsWith($".{name}Async", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_verb_of_FSharp_has_its_twin()
    {
        var members = Members();
        var verbs = Verbs();
        Assert.Contains("Scope.fork", verbs);
        Assert.Contains("Scope.Open", verbs);
        Assert.Contains("Parallel.all", verbs);
        Assert.Equal([], verbs.Where(verb => !OtherNames.ContainsKey(verb) && !ByRule(verb, members).Any()));
    }

    [Fact]
    public void The_table_of_names_is_true()
    {
        var members = Members();
        var verbs = Verbs();
        Assert.Equal([], OtherNames.Keys.Where(verb => !verbs.Contains(verb)));
        Assert.Equal([], OtherNames.Values.Where(member => !members.Contains(member)));
        Assert.Equal([], OnlyInCSharp.Keys.Where(member => !members.Contains(member)));
        Assert.Equal([], NoVerbs.Keys.Where(module => !FSharp.GetExportedTypes().Any(type => IsModule(type) && WithoutSuffix(type.Name) == module)));
    }

    [Fact]
    public void Every_verb_of_CSharp_has_its_twin()
    {
        var members = Members();
        var twins = Verbs().SelectMany(verb => ByRule(verb, members)).Concat(OtherNames.Values).Concat(OnlyInCSharp.Keys).ToHashSet();
        var verbs = CSharp.GetExportedTypes().Where(type => type is { IsAbstract: true, IsSealed: true, IsNested: false })
            .SelectMany(type => type.GetMethods(Anything).Select(method => $"{type.Name}.{method.Name.Replace("get_", "")}"));
        Assert.Equal([], verbs.Where(verb => !twins.Contains(verb)).Distinct());
    }

    [Fact]
    public void Every_option_has_its_setting()
    {
        Compare(typeof(ScopeOptions), typeof(ScopeSettings));
        Compare(typeof(ScopeHooks), typeof(HookSettings));
        Compare(typeof(TaskOptions), typeof(TaskSettings));
        Compare(typeof(ParallelModule.Options), typeof(ParallelSettings));
        Compare(typeof(CircuitBreakerOptions), typeof(CircuitBreakerSettings));
        Compare(typeof(RateLimiterOptions), typeof(RateLimiterSettings));
        Compare(typeof(BulkheadOptions), typeof(BulkheadSettings));
        Compare(typeof(HedgeOptions<>), typeof(HedgeSettings<>));
        Compare(typeof(ChannelOptions<int>), typeof(ChannelSettings<int>));
        Compare(typeof(SubscribeOptions<int>), typeof(SubscribeSettings<int>));
        Compare(typeof(SemaphoreOptions), typeof(SemaphoreSettings));
        Compare(typeof(AcquireOptions), typeof(AcquireSettings));
        Compare(typeof(ResourcePoolOptions<>), typeof(ResourcePoolSettings<>));
        Compare(typeof(RetryOptions<>), typeof(RetrySettings<>));
        Compare(typeof(RaceModule.Options), typeof(RaceSettings));
        Compare(typeof(PollModule.Options<>), typeof(PollSettings));
        Compare(typeof(DebounceModule.Options), typeof(DebounceSettings));
        Compare(typeof(ThrottleModule.Options), typeof(ThrottleSettings));
        Compare(typeof(BatchModule.Options), typeof(BatchSettings));

        static void Compare(Type options, Type settings)
        {
            var fields = options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(field => field.Name);
            var given = settings.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(field => field.Name);
            Assert.Equal(fields.Order(), given.Order());
        }
    }
}
