using System.Collections.Generic;
using System.Linq;
using DreamFusion.Architecture.Tests.Discovery;
using DreamFusion.Architecture.Tests.GoodKernels;
using DreamFusion.Architecture.Tests.Rules;
using Xunit;

namespace DreamFusion.Architecture.Tests;

/// <summary>The walk reaches what a kernel calls, and the rules accept what genuine ILGPU accepts.</summary>
public sealed class KernelGraphTests
{
    private static readonly IReadOnlyList<Kernel> _variants =
        [.. new Closer(typeof(ActivationKernels).Assembly).Close(typeof(ActivationKernels).GetMethod(nameof(ActivationKernels.Forward))!)
            .Select(method => new Kernel(method, Grouping.Implicit))];

    [Fact]
    public void GenericKernelsAreClosedOverEveryStructThatFits() =>
        Assert.Equal(
            ["Relu, Twice", "Softplus, Twice"],
            _variants.Select(kernel => string.Join(", ", kernel.Method.GetGenericArguments().Select(type => type.Name))).Order());

    [Theory]
    [InlineData("Relu")]
    [InlineData("Softplus")]
    public void ConstrainedCallsAndStaticAbstractMembersAreFollowed(string activation)
    {
        Kernel kernel = _variants.Single(variant => variant.Method.GetGenericArguments()[0].Name == activation);
        var graph = new KernelGraph(kernel, []);
        Assert.Equal(
            new[] { "ActivationKernels.Forward", "Pair.get_Middle", "Twice.Apply", $"{activation}.Apply", $"{activation}.get_Width" }.Order(),
            graph.Methods.Select(method => $"{method.Method.DeclaringType!.Name}.{method.Method.Name}").Order());
    }

    [Fact]
    public void AllowedCodeIsAccepted() => Assert.Empty(KernelRules.Check(_variants));
}
