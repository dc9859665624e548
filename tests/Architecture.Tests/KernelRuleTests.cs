using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.Rules;
using Xunit;

namespace DreamFusion.Architecture.Tests;

/// <summary>The kernels of DreamFusion.Kernels obey the rules, and none of them escapes the walk.</summary>
public sealed class KernelRuleTests
{
    private static readonly Assembly _kernels = Assembly.Load("DreamFusion.Kernels");

    [Fact]
    public void EveryKernelObeysTheRules()
    {
        IReadOnlyList<Kernel> kernels = KernelDiscovery.Find(_kernels);
        Assert.NotEmpty(kernels);
        IReadOnlyList<Violation> violations = KernelRules.Check(kernels);
        Assert.True(violations.Count == 0, $"{violations.Count} violations in {kernels.Count} kernels:\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void EveryLoadedKernelIsAPublicMethodOfAKernelClass()
    {
        IEnumerable<string> strangers = KernelDiscovery.Loaded(_kernels)
            .Where(kernel => !KernelDiscovery.IsKernelClass(kernel.Method.DeclaringType) || !kernel.Method.IsPublic)
            .Select(kernel => $"{kernel.Name}: move it into a public static class named *Kernels and make it public static");
        AssertNone(strangers);
    }

    [Fact]
    public void EveryKernelByConventionIsLoaded()
    {
        var loaded = KernelDiscovery.Loaded(_kernels).Select(kernel => kernel.Method.MetadataToken).ToHashSet();
        IEnumerable<string> unused = KernelDiscovery.ByConvention(_kernels)
            .Where(method => !loaded.Contains(method.MetadataToken))
            .Select(method => $"{Display.NameOf(method)}: load it in its family's launcher, delete it, or make a helper internal");
        AssertNone(unused);
    }

    [Fact]
    public void EveryGenericKernelHasAVariant()
    {
        var closer = new Closer(_kernels);
        IEnumerable<string> empty = KernelDiscovery.Loaded(_kernels).Select(kernel => kernel.Method)
            .Where(method => closer.Close(method).Count == 0)
            .Select(method => $"{Display.NameOf(method)}: no struct of the assembly meets its constraints");
        AssertNone(empty);
    }

    [Theory]
    [InlineData("DreamFusion.Autodiff")]
    [InlineData("DreamFusion.Pipeline")]
    [InlineData("dfk")]
    public void KernelsAreLoadedOnlyInTheKernelsProject(string assembly)
    {
        IEnumerable<string> elsewhere = KernelDiscovery.Loaded(Assembly.Load(assembly)).Select(kernel => $"{kernel.Name}: move it to src/Kernels");
        AssertNone(elsewhere);
    }

    [Fact]
    public void CooperativeKernelsAreToldByTheirLoader()
    {
        IEnumerable<string> misloaded = KernelDiscovery.Loaded(_kernels)
            .Where(kernel => kernel.Grouping == Grouping.Explicit && kernel.Method.GetParameters() is [{ } first, ..] && KernelDiscovery.IsIndex(first.ParameterType))
            .Select(kernel => $"{kernel.Name}: an explicitly grouped kernel reads Grid and Group, its first argument would be taken for an index");
        AssertNone(misloaded);
    }

    private static void AssertNone(IEnumerable<string> problems)
    {
        string[] lines = [.. problems.Distinct(StringComparer.Ordinal)];
        Assert.True(lines.Length == 0, string.Join('\n', lines));
    }
}
