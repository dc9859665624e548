namespace ILGPU;

/// <summary>How much a compiler optimises.</summary>
public enum OptimizationLevel
{
    /// <summary>For debugging.</summary>
    O0 = 0,

    /// <summary>For debugging.</summary>
    Debug = O0,

    /// <summary>The standard.</summary>
    O1 = 1,

    /// <summary>The standard.</summary>
    Release = O1,

    /// <summary>Everything.</summary>
    O2 = 2,
}

/// <summary>How exact floating-point functions are.</summary>
public enum MathMode
{
    /// <summary>As exact as the device's standard functions.</summary>
    Default,

    /// <summary>Fast approximations where the device has them.</summary>
    Fast,

    /// <summary>Fast approximations, and 32-bit instead of 64-bit functions.</summary>
    Fast32BitOnly,
}

/// <summary>What a compiler inlines.</summary>
public enum InliningMode
{
    /// <summary>Everything that can be.</summary>
    Aggressive,

    /// <summary>Everything that can be, up to a size.</summary>
    Conservative,

    /// <summary>Nothing.</summary>
    Disabled,
}

/// <summary>Which debug symbols are used.</summary>
public enum DebugSymbolsMode
{
    /// <summary>As the optimisation level asks.</summary>
    Auto,

    /// <summary>None.</summary>
    Disabled,

    /// <summary>Enough for locations in messages.</summary>
    Basic,

    /// <summary>Locations inside kernels.</summary>
    Kernel,

    /// <summary>Locations and source lines inside kernels.</summary>
    KernelSourceAnnotations,
}

/// <summary>What a kernel may do with static fields.</summary>
public enum StaticFieldMode
{
    /// <summary>Read immutable ones.</summary>
    Default,

    /// <summary>Read mutable ones, as they were when the kernel was compiled.</summary>
    MutableStaticFields,

    /// <summary>Write without an error; the writes are ignored.</summary>
    IgnoreStaticFieldStores,
}

/// <summary>What a kernel may do with static arrays.</summary>
public enum ArrayMode
{
    /// <summary>Nothing.</summary>
    Default,

    /// <summary>Read them, as they were when the kernel was compiled.</summary>
    InlineMutableStaticArrays,
}

/// <summary>What is kept between kernel loads.</summary>
public enum CachingMode
{
    /// <summary>Everything.</summary>
    Default,

    /// <summary>No kernels.</summary>
    NoKernelCaching,

    /// <summary>No kernel launchers.</summary>
    NoLaunchers,

    /// <summary>Nothing.</summary>
    Disabled,
}

/// <summary>How page-locked memory is obtained.</summary>
public enum PageLockingMode
{
    /// <summary>By the device driver where there is one.</summary>
    Default,

    /// <summary>By the device driver, or an error.</summary>
    Aggressive,

    /// <summary>Not at all: ordinary memory is used.</summary>
    Disabled,
}

/// <summary>The settings of a context.</summary>
public class ContextProperties
{
    internal ContextProperties()
    {
    }

    /// <summary>How much compilers optimise.</summary>
    public OptimizationLevel OptimizationLevel { get; protected set; } = OptimizationLevel.Release;

    /// <summary>How exact floating-point functions are.</summary>
    public MathMode MathMode { get; protected set; }

    /// <summary>What compilers inline.</summary>
    public InliningMode InliningMode { get; protected set; }

    /// <summary>Which debug symbols are used.</summary>
    public DebugSymbolsMode DebugSymbolsMode { get; protected set; }

    /// <summary>What kernels may do with static fields.</summary>
    public StaticFieldMode StaticFieldMode { get; protected set; }

    /// <summary>What kernels may do with static arrays.</summary>
    public ArrayMode ArrayMode { get; protected set; }

    /// <summary>What is kept between kernel loads.</summary>
    public CachingMode CachingMode { get; protected set; }

    /// <summary>How page-locked memory is obtained.</summary>
    public PageLockingMode PageLockingMode { get; protected set; }

    /// <summary>True in checked mode: every view access in a kernel is tested against the view's length.</summary>
    public bool EnableAssertions { get; protected set; }

    /// <summary>True if kernels may print.</summary>
    public bool EnableIOOperations { get; protected set; }

    /// <summary>True if streams may record profiling markers.</summary>
    public bool EnableProfiling { get; protected set; }

    /// <summary>True if compilers check their intermediate code.</summary>
    public bool EnableVerifier { get; protected set; }

    internal ContextProperties Freeze() => (ContextProperties)MemberwiseClone();
}
