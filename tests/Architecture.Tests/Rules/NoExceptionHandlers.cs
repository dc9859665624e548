using System.Collections.Generic;
using System.Linq;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>try, catch, finally, using, lock and foreach over disposables have no device form (2.4).</summary>
public sealed class NoExceptionHandlers : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K02";

    /// <inheritdoc/>
    public override string Remedy => "Write straight-line code and loops over indices; catch on the host";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method) =>
        method.Body?.ExceptionHandlingClauses.Select(clause => new Finding(method, clause.TryOffset, $"has a {clause.Flags} handler")) ?? [];
}
