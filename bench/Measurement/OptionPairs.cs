using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;

namespace DreamFusion.Bench.Measurement;

/// <summary>Options of a benchmark, a name and a value each.</summary>
/// <param name="defaults">All options with their values where they are not given; empty for none.</param>
public sealed class OptionPairs(Dictionary<string, string> defaults)
{
    private readonly Dictionary<string, string> _values = new(defaults);

    /// <summary>The value of an option.</summary>
    public string this[string name] => _values[name];

    /// <summary>Takes a command line.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Read(ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
            {
                return $"{arguments[i]} needs a value";
            }

            if (!_values.ContainsKey(arguments[i]))
            {
                return $"{arguments[i]} is no option";
            }

            _values[arguments[i]] = arguments[i + 1];
        }

        return null;
    }

    /// <summary>The kernels that <c>--kernels</c> names; empty for a word that is none.</summary>
    public KernelChoice[] Kernels() => this["--kernels"] switch
    {
        "tuned" => [KernelChoice.Tuned],
        "half" => [KernelChoice.Half],
        "portable" => [KernelChoice.Portable],
        "both" => [KernelChoice.Tuned, KernelChoice.Portable],
        "gpu" => [KernelChoice.Tuned, KernelChoice.Half],
        "all" => [KernelChoice.Tuned, KernelChoice.Half, KernelChoice.Portable],
        _ => [],
    };
}
