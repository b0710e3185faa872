using System.Reflection;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>What a C# caller sees of the facade.</summary>
public sealed class SurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>A type, and all that it is made of.</summary>
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType
            ? Parts(type.GetElementType()!)
            : type.IsGenericParameter
                ? type.GetGenericParameterConstraints().Where(constraint => !constraint.ContainsGenericParameters).SelectMany(Parts)
                : type.GetGenericArguments().Where(argument => argument != type).SelectMany(Parts).Append(type);

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static IEnumerable<Type> InSignature(MethodBase method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType)
            .Concat(method is MethodInfo { ReturnType: var answer } ? [answer] : [])
            .Concat(method.IsGenericMethod ? method.GetGenericArguments() : []);

    private static IEnumerable<(string Where, Type What)> Seen(Type type)
    {
        foreach (var above in type.GetInterfaces().Append(type.BaseType!).Where(above => above is not null))
            yield return (type.Name, above);

        foreach (var parameter in type.GetGenericArguments())
            yield return (type.Name, parameter);

        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
            yield return ($"{type.Name}.{field.Name}", field.FieldType);

        foreach (var method in type.GetMembers(Declared).OfType<MethodBase>().Where(IsVisible))
        {
            foreach (var part in InSignature(method))
                yield return ($"{type.Name}.{method.Name}", part);
        }
    }

    private static List<string> Foreign(Assembly assembly, Assembly unwanted) =>
    [
        .. assembly.GetExportedTypes().SelectMany(Seen)
            .Where(seen => Parts(seen.What).Any(part => part.Assembly == unwanted))
            .Select(seen => $"{seen.Where}: {seen.What}")
            .Distinct(),
    ];

    [Fact]
    public void No_signature_speaks_FSharp() => Assert.Empty(Foreign(typeof(Scopes).Assembly, typeof(Unit).Assembly));

    [Fact]
    public void The_search_for_FSharp_finds_it_where_it_is() =>
        Assert.Contains(Foreign(typeof(Scope).Assembly, typeof(Unit).Assembly), found => found.StartsWith("ScopeModule.run:", StringComparison.Ordinal));

    [Fact]
    public void Translating_every_error_and_only_crashes_do_not_go_together() =>
        Assert.All(
            typeof(WithErrorsExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
            method => Assert.Single(method.GetParameters(), parameter => parameter.Name is "mapError" or "mapCrash"));

    [Fact]
    public void Task_shapes_go_before_value_task_shapes()
    {
        var verbs = typeof(Scopes).Assembly.GetExportedTypes().Where(type => !type.IsNested).SelectMany(type => type.GetMethods(Declared))
            .Where(method => method.IsPublic && method.GetParameters().Any(parameter => parameter.Name == "work" && parameter.ParameterType.GetGenericArguments()[0] == typeof(Scope)));

        foreach (var verb in verbs)
        {
            var work = verb.GetParameters().Single(parameter => parameter.Name == "work").ParameterType;
            var isTask = typeof(Task).IsAssignableFrom(work.GetGenericArguments()[^1]);
            var priority = verb.GetCustomAttribute<System.Runtime.CompilerServices.OverloadResolutionPriorityAttribute>()?.Priority ?? 0;

            if (!isTask)
                Assert.Equal(0, priority);
            else if (verb.Name is "Fork" or "Task" or "RunAsync" or "TimeoutAsync" or "ShieldedAsync")
                Assert.InRange(priority, 1, 3); // a policy's settings leave less to tell its overloads apart
        }
    }
}
