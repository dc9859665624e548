using System;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>System.Half, decimal, 128-bit integers and the hardware vectors of .NET are rejected or broken on the device (2.4, issue 1326).</summary>
public sealed class NoHostNumbers : TypeRule
{
    /// <inheritdoc/>
    public override string Id => "K10";

    /// <inheritdoc/>
    public override string Remedy => "Use ILGPU.Half for 16-bit floats and DreamFusion.Kernels.Device.Float3 or a plain struct for vectors";

    /// <inheritdoc/>
    protected override bool IsForbidden(Type type)
    {
        bool hardwareVector = type.Namespace is "System.Runtime.Intrinsics" || (type.Namespace == "System.Numerics" && type.IsValueType);
        return hardwareVector || type == typeof(Half) || type == typeof(decimal) || type == typeof(Int128) || type == typeof(UInt128);
    }
}
