using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Selftest;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Selftest;

public sealed class SelftestSessionTests
{
    [Theory]
    [InlineData(1, KernelChoice.Portable)]
    [InlineData(2, KernelChoice.Portable)]
    [InlineData(1, KernelChoice.Tuned)]
    [InlineData(2, KernelChoice.Tuned)]
    public void Every_check_passes(int threads, KernelChoice kernels)
    {
        SelftestReport report = SelftestSession.Run(threads, kernels);
        Assert.Empty(report.Results.Where(result => !result.Passed).Select(result => $"{result.Family}: {result.Check}: {result.Error} > {result.Tolerance} {result.Message}"));
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(report.Results.Count, report.PassedCount);
        Assert.Equal(kernels == KernelChoice.Tuned, report.TunedFamilies.Count > 0);
        Assert.Equal(kernels == KernelChoice.Tuned, report.Results.Any(result => result.Kind == SelfCheckKind.Twin));
        Assert.Equal((threads, kernels), (report.Threads, report.Kernels));
    }

    [Fact]
    public void Errors_do_not_depend_on_the_number_of_threads()
    {
        Assert.Equal(SelftestSession.Run(1, KernelChoice.Tuned).Results, SelftestSession.Run(2, KernelChoice.Tuned).Results);
    }

    [Fact]
    public void Rows_have_names_of_their_own()
    {
        SelftestReport report = SelftestSession.Run(1, KernelChoice.Tuned);
        Assert.Equal(report.Results.Count, report.Results.Select(result => (result.Family, result.Check)).Distinct().Count());
        Assert.Equal(SelfChecks.All.Select(check => check.Family), report.Results.Select(result => result.Family).Distinct());
    }

    // A family that is forgotten in SelfChecks.All, or a new activation, blob, bound or shading model that no check runs, fails here.
    [Fact]
    public void Every_launcher_runs_in_every_variant()
    {
        Type[] types = typeof(IKernelFamily<>).Assembly.GetTypes();
        IEnumerable<Type> launchers = types.Where(type => type.IsClass && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKernelFamily<>)));
        List<Type> variants = [.. launchers.SelectMany(launcher => VariantsOf(launcher, types))];
        Assert.True(variants.Count > 40, $"found {variants.Count} variants of kernel families, expected more than 40: the search is broken");
        IReadOnlyCollection<Type> ran = SelftestSession.Run(1, KernelChoice.Portable).Launchers;
        Assert.Empty(variants.Where(variant => !ran.Contains(variant)).Select(variant => $"{variant}: no self-check runs it; add one in src/Pipeline/Selftest/Checks"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Threads_out_of_range_are_bad_input(int threads)
    {
        DfkException error = Assert.Throws<DfkException>(() => SelftestSession.Run(threads, KernelChoice.Tuned));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
    }

    private static IEnumerable<Type> VariantsOf(Type launcher, Type[] types)
    {
        if (!launcher.IsGenericTypeDefinition)
        {
            return [launcher];
        }

        IEnumerable<Type[]> arguments = [[]];
        foreach (Type parameter in launcher.GetGenericArguments())
        {
            Type[] fitting = [.. types.Where(type => type.IsValueType && Fits(parameter, type)).SelectMany(type => ClosedForms(type, types))];
            arguments = [.. arguments.SelectMany(chosen => fitting.Select(type => chosen.Append(type).ToArray()))];
        }

        return arguments.Select(launcher.MakeGenericType);
    }

    // A model that wraps another counts once for each that it can wrap; wrappers around wrappers do not occur.
    private static IEnumerable<Type> ClosedForms(Type type, Type[] types) => !type.IsGenericTypeDefinition
        ? [type]
        : types.Where(inner => inner.IsValueType && !inner.IsGenericTypeDefinition && Fits(type.GetGenericArguments().Single(), inner)).Select(inner => type.MakeGenericType(inner));

    private static bool Fits(Type parameter, Type type)
        => parameter.GetGenericParameterConstraints().Where(constraint => constraint.IsInterface).All(constraint => constraint.IsAssignableFrom(type))
            && parameter.GetGenericParameterConstraints().Any(constraint => constraint.IsInterface);
}
