using System;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// A kernel whose local arrays must all live in registers: what a compiler for devices cannot keep there is an error instead of slow local memory. Means nothing
/// on the CPU.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NoLocalMemoryAttribute : Attribute;
