using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Architecture.Tests.BadKernels;

/// <summary>Says which rule a kernel breaks and on which line, so that the test can demand exactly that message.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BreaksAttribute : Attribute
{
    /// <summary>Names the rule.</summary>
    /// <param name="rule">Id, <c>K01</c> to <c>K99</c>.</param>
    /// <param name="linesBelow">Lines from this attribute down to the offending line.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public BreaksAttribute(string rule, int linesBelow, [CallerLineNumber] int line = 0)
    {
        Rule = rule;
        Line = line + linesBelow;
    }

    /// <summary>Id of the broken rule.</summary>
    public string Rule { get; }

    /// <summary>Line of the violation in its file.</summary>
    public int Line { get; }
}
