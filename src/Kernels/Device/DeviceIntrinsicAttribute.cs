using System;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Marks a method whose C# body is the portable meaning of a device instruction. A compiler that knows the name may emit the
/// instruction instead; every other one compiles the body. The result has to be the same bits.
/// </summary>
/// <param name="name">Name by which compilers know the operation.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceIntrinsicAttribute(string name) : Attribute
{
    /// <summary>Name by which compilers know the operation.</summary>
    public string Name { get; } = name;
}
