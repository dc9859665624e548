using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Settings of an optimiser that hold for all parameter groups.</summary>
public interface IOptimizerOptions
{
    /// <summary>Largest global gradient norm; longer gradients are scaled down to it. &gt; 0, infinity does not clip.</summary>
    double MaxGradientNorm { get; }

    /// <summary>All that is wrong with these options, one sentence each; empty when they are usable.</summary>
    IReadOnlyList<string> Validate();
}

/// <summary>Collects what is wrong with an optimiser's options.</summary>
internal sealed class OptimizerProblems(string optimizer)
{
    private readonly List<string> _problems = [];

    /// <summary>One sentence for each problem.</summary>
    public IReadOnlyList<string> All => _problems;

    /// <summary>The share that a running mean keeps: 0 to below 1.</summary>
    public void RequireDecay(string name, double value) => Require(value is >= 0d and < 1d, name, value, "0 to below 1");

    /// <summary>A number that is still positive as a float, because the kernel divides by a float.</summary>
    public void RequirePositiveFloat(string name, double value) =>
        Require(double.IsFinite(value) && (float)value > 0f, name, value, "a positive number");

    /// <summary>A positive number or infinity.</summary>
    public void RequireNorm(double value) => Require(value > 0d, "max gradient norm", value, "a positive number or infinity");

    /// <summary>Adds a sentence unless the condition holds.</summary>
    public void Require(bool condition, string name, double value, string expected)
    {
        if (!condition)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{optimizer}: {name} is {value}, expected {expected}; change it in the configuration."));
        }
    }
}
