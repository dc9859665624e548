using System;

namespace ILGPU.Ptx;

/// <summary>How exactly floating-point operations keep to .NET's.</summary>
public enum PtxMathMode
{
    /// <summary>Every operation rounds as .NET's does, and nothing is contracted: the bits of the CPU path for + - * / fma sqrt and conversions.</summary>
    Strict,

    /// <summary>Products and sums may be contracted, divisions and elementary functions are approximations of the hardware.</summary>
    Fast,
}

/// <summary>What PTX is made for.</summary>
public sealed record PtxTarget
{
    private const int Turing = 75;
    private const int Ampere = 80;
    private const int Hopper = 90;

    /// <summary>Compute capability times 10: 75, 80 or 90. Newer devices take PTX for 90.</summary>
    public int Architecture { get; init; } = Ampere;

    /// <summary>Floating-point semantics.</summary>
    public PtxMathMode Math { get; init; } = PtxMathMode.Strict;

    /// <summary>C# file and line of every instruction as a comment.</summary>
    public bool LineComments { get; init; }

    /// <summary>
    /// True for code that this machine's own cores run (<see cref="ILGPU.Runtime.CPU"/>): nothing is a device intrinsic, and functions of Math and MathF stay calls
    /// of .NET's, so that results have the bits of the C# method.
    /// </summary>
    internal bool IsHost { get; init; }

    /// <summary>True where min and max with NaN propagation exist.</summary>
    internal bool HasNanMinMax => Architecture >= Ampere;

    /// <summary>True where copies to shared memory need not wait, and tensor cores take bfloat16 and 16 columns at once.</summary>
    internal bool HasAsyncCopies => Architecture >= Ampere;

    /// <summary>True where sums of several floats are one instruction.</summary>
    internal bool HasVectorReductions => Architecture >= Hopper;

    /// <summary>The lowest version of the PTX ISA that knows the architecture and everything the compiler emits for it.</summary>
    internal string IsaVersion => Architecture switch
    {
        Turing => "6.4",
        Ampere => "7.0",
        _ => "8.1",
    };

    /// <summary>Checks the architecture.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An architecture that the compiler does not know.</exception>
    internal void Validate()
    {
        if (Architecture is not (Turing or Ampere or Hopper))
        {
            throw new ArgumentOutOfRangeException(nameof(Architecture), Architecture, "PTX is made for sm_75, sm_80 and sm_90; newer devices take sm_90.");
        }
    }
}
