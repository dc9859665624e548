using System;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// The field of a kernel's argument struct has few values in a process, such as the shape of a network: a compiler for devices may make the kernel once for each of
/// them, with loops written out and local arrays in registers. Means nothing on the CPU.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class LaunchConstantAttribute : Attribute;
