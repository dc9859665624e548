using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using ILGPU.Runtime;

namespace ILGPU;

public class ContextProperties
{
    internal ContextProperties() => throw null!;
    public bool EnableAssertions => throw null!;
    public bool EnableProfiling => throw null!;
    public OptimizationLevel OptimizationLevel => throw null!;
    public MathMode MathMode => throw null!;
    public InliningMode InliningMode => throw null!;
    public StaticFieldMode StaticFieldMode => throw null!;
    public ArrayMode ArrayMode => throw null!;
    public CachingMode CachingMode => throw null!;
    public PageLockingMode PageLockingMode => throw null!;
}

public sealed class Context : IDisposable, IEnumerable<Device>
{
    internal Context() => throw null!;
    public static string Version => throw null!;
    public ContextProperties Properties => throw null!;
    public ImmutableArray<Device> Devices => throw null!;
    public static Context Create(Action<Builder> buildingCallback) => throw null!;
    public static Builder Create() => throw null!;
    public static Context CreateDefault() => throw null!;
    public Device GetPreferredDevice(bool preferCPU) => throw null!;
    public DeviceCollection<TDevice> GetDevices<TDevice>()
        where TDevice : Device => throw null!;
    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device => throw null!;
    public void Dispose() => throw null!;
    public IEnumerator<Device> GetEnumerator() => throw null!;
    IEnumerator IEnumerable.GetEnumerator() => throw null!;

    public sealed class Builder : ContextProperties
    {
        internal Builder() => throw null!;
        public Builder Default() => throw null!;
        public Builder AllAccelerators() => throw null!;
        public Builder Optimize(OptimizationLevel level) => throw null!;
        public Builder Math(MathMode mode) => throw null!;
        public Builder Inlining(InliningMode mode) => throw null!;
        public Builder Assertions() => throw null!;
        public Builder AutoAssertions() => throw null!;
        public Builder Debug() => throw null!;
        public Builder AutoDebug() => throw null!;
        public Builder Release() => throw null!;
        public Builder DebugSymbols(DebugSymbolsMode mode) => throw null!;
        public Builder Caching(CachingMode mode) => throw null!;
        public Builder Profiling() => throw null!;
        public Builder PageLocking(PageLockingMode mode) => throw null!;
        public Builder StaticFields(StaticFieldMode mode) => throw null!;
        public Builder Arrays(ArrayMode mode) => throw null!;
        public Builder IOOperations() => throw null!;
        public Builder Verify() => throw null!;
        public Builder LibDevice() => throw null!;
        public Context ToContext() => throw null!;
    }

    public readonly struct DeviceCollection<TDevice> : IReadOnlyCollection<TDevice>
        where TDevice : Device
    {
        public int Count => throw null!;
        public TDevice this[int deviceIndex] => throw null!;
        public IEnumerator<TDevice> GetEnumerator() => throw null!;
        IEnumerator IEnumerable.GetEnumerator() => throw null!;
    }
}

public enum OptimizationLevel
{
    O0 = 0,
    Debug = O0,
    O1 = 1,
    Release = O1,
    O2 = 2,
}

public enum MathMode
{
    Default,
    Fast,
    Fast32BitOnly,
}

public enum InliningMode
{
    Aggressive,
    Default,
    Conservative,
    Disabled,
}

public enum DebugSymbolsMode
{
    Auto,
    Disabled,
    Basic,
    Kernel,
    KernelSourceAnnotations,
}

public enum StaticFieldMode
{
    Default,
    MutableStaticFields,
    IgnoreStaticFieldStores,
}

public enum ArrayMode
{
    Default,
    InlineMutableStaticArrays,
}

public enum CachingMode
{
    Default,
    NoKernelCaching,
    NoLaunchCaching,
    Disabled,
}

public enum PageLockingMode
{
    Default,
    Auto,
    Aggressive,
    Forced,
}

public readonly struct KernelConfig
{
    public KernelConfig(Index1D gridDim, Index1D groupDim) => throw null!;
    public KernelConfig(Index2D gridDim, Index2D groupDim) => throw null!;
    public KernelConfig(Index3D gridDim, Index3D groupDim) => throw null!;
    public KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig) => throw null!;
    public KernelConfig(Index2D gridDim, Index2D groupDim, SharedMemoryConfig sharedMemoryConfig) => throw null!;
    public KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig) => throw null!;
    public KernelConfig(int gridDimX, int gridDimY, int gridDimZ, int groupDimX, int groupDimY, int groupDimZ) => throw null!;
    public Index3D GridDim => throw null!;
    public Index3D GroupDim => throw null!;
    public SharedMemoryConfig SharedMemoryConfig => throw null!;
    public static implicit operator KernelConfig((Index1D Grid, Index1D Group) dimensions) => throw null!;
    public static implicit operator KernelConfig((Index2D Grid, Index2D Group) dimensions) => throw null!;
    public static implicit operator KernelConfig((Index3D Grid, Index3D Group) dimensions) => throw null!;
    public static implicit operator KernelConfig((Index1D Grid, Index1D Group, SharedMemoryConfig Shared) dimensions) => throw null!;
    public static implicit operator KernelConfig((Index2D Grid, Index2D Group, SharedMemoryConfig Shared) dimensions) => throw null!;
    public static implicit operator KernelConfig((Index3D Grid, Index3D Group, SharedMemoryConfig Shared) dimensions) => throw null!;
}

public readonly struct SharedMemoryConfig
{
    public static SharedMemoryConfig RequestDynamic<T>(int numElements)
        where T : unmanaged => throw null!;
}

public readonly struct SpecializedValue<T>
    where T : unmanaged, IEquatable<T>
{
    public SpecializedValue(T value) => throw null!;
    public T Value => throw null!;
    public static implicit operator T(SpecializedValue<T> value) => throw null!;
}

public static class SpecializedValue
{
    public static SpecializedValue<T> New<T>(T value)
        where T : unmanaged, IEquatable<T> => throw null!;
}

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property)]
public sealed class NotInsideKernelAttribute : Attribute;
