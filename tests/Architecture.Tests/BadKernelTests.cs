using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.BadKernels;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Rules;
using Xunit;

namespace DreamFusion.Architecture.Tests;

/// <summary>Every rule bites, on the right line, and no other rule speaks up where only one is broken.</summary>
public sealed class BadKernelTests
{
    public static TheoryData<string> RuleNames => [.. KernelRules.All.Select(rule => rule.GetType().Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void EveryRuleBites(string ruleName)
    {
        Type bad = typeof(BreaksAttribute).Assembly.GetType($"{typeof(BreaksAttribute).Namespace}.{ruleName}Kernels")
            ?? throw new InvalidOperationException($"Rule {ruleName} has no bad kernel: add BadKernels/{ruleName}Kernels.cs.");
        IReadOnlyList<Violation> violations = KernelRules.Check(KernelDiscovery.ByConvention(bad.Assembly)
            .Where(method => method.DeclaringType == bad).Select(method => new Kernel(method, Grouping.Implicit)));

        (string Rule, string Method, int Line)[] expected = [.. bad.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .SelectMany(method => method.GetCustomAttributes<BreaksAttribute>().Select(breaks => (breaks.Rule, method.Name, breaks.Line)))];
        (string Rule, string Method, int Line)[] found = [.. violations.Select(violation => (violation.Rule.Id, violation.Finding.Method.Method.Name, violation.Source.Line))];
        Assert.Equal(expected.Select(item => (item.Rule, item.Method)).Distinct().Order(), found.Select(item => (item.Rule, item.Method)).Distinct().Order());
        // One mistake may show at several instructions; the marked line must be among them.
        Assert.Empty(expected.Except(found));

        IKernelRule rule = KernelRules.All.Single(candidate => candidate.GetType().Name == ruleName);
        Violation own = violations.First(violation => violation.Rule == rule);
        Assert.Matches(
            $@"^{rule.Id} {ruleName}: DreamFusion\.Architecture\.Tests\.BadKernels\.{ruleName}Kernels\.\w+ IL_[0-9a-f]{{4}} "
            + $@"\(tests/Architecture\.Tests/BadKernels/{ruleName}Kernels\.cs:\d+\): .+\. .+$",
            own.ToString());
    }

    [Fact]
    public void RuleIdsAreUnique() =>
        Assert.Equal(KernelRules.All.Count, KernelRules.All.Select(rule => rule.Id).Distinct().Count());
}
