using System;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Span and other ref structs of .NET are unknown to the device (2.4).</summary>
public sealed class NoSpans : TypeRule
{
    /// <inheritdoc/>
    public override string Id => "K08";

    /// <inheritdoc/>
    public override string Remedy => "Use ArrayView<T>, which is a span on host and device";

    /// <inheritdoc/>
    protected override bool IsForbidden(Type type) => type.IsByRefLike && type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true;
}
