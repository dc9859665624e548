using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>[InlineArray] structs are one field to a compiler that reads metadata (2.4).</summary>
public sealed class NoInlineArrays : TypeRule
{
    /// <inheritdoc/>
    public override string Id => "K09";

    /// <inheritdoc/>
    public override string Remedy => "Use named fields, or LocalMemory.Allocate<T>(constant)";

    /// <inheritdoc/>
    protected override bool IsForbidden(Type type) => type.IsDefined(typeof(InlineArrayAttribute), inherit: false);
}
