using System;

namespace ILGPU;

/// <summary>Marks a method that kernels cannot call.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor, Inherited = false)]
public sealed class NotInsideKernelAttribute : Attribute;
