using System.Collections.Immutable;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace ILGPU;

public sealed partial class Context
{
    /// <summary>Collects devices and settings of a context.</summary>
    public sealed class Builder : ContextProperties
    {
        private readonly ImmutableArray<Device>.Builder _devices = ImmutableArray.CreateBuilder<Device>();

        internal Builder()
        {
        }

        /// <summary>All devices and the default settings.</summary>
        public Builder Default() => AllAccelerators();

        /// <summary>Adds all devices of this machine.</summary>
        public Builder AllAccelerators() => this.CPU();

        /// <summary>Sets how much compilers optimise.</summary>
        public Builder Optimize(OptimizationLevel level)
        {
            OptimizationLevel = level;
            return this;
        }

        /// <summary>Sets how exact floating-point functions are. The CPU accelerator always uses the exact ones.</summary>
        public Builder Math(MathMode mode)
        {
            MathMode = mode;
            return this;
        }

        /// <summary>Sets what compilers inline.</summary>
        public Builder Inlining(InliningMode mode)
        {
            InliningMode = mode;
            return this;
        }

        /// <summary>Turns checked mode on: every view access in a kernel is tested against the view's length.</summary>
        public Builder Assertions()
        {
            EnableAssertions = true;
            return this;
        }

        /// <summary>Turns checked mode on if a debugger is attached.</summary>
        public Builder AutoAssertions() => System.Diagnostics.Debugger.IsAttached ? Assertions() : this;

        /// <summary>Settings for debugging: checked mode, no optimisation, symbols, verifier.</summary>
        public Builder Debug()
        {
            EnableVerifier = true;
            return Assertions().Optimize(OptimizationLevel.Debug).DebugSymbols(DebugSymbolsMode.Kernel);
        }

        /// <summary>Settings for debugging if a debugger is attached.</summary>
        public Builder AutoDebug() => System.Diagnostics.Debugger.IsAttached ? Debug() : this;

        /// <summary>Settings for release: the standard optimisation.</summary>
        public Builder Release() => Optimize(OptimizationLevel.Release);

        /// <summary>Sets which debug symbols are used.</summary>
        public Builder DebugSymbols(DebugSymbolsMode mode)
        {
            DebugSymbolsMode = mode;
            return this;
        }

        /// <summary>Sets what is kept between kernel loads.</summary>
        public Builder Caching(CachingMode mode)
        {
            CachingMode = mode;
            return this;
        }

        /// <summary>Allows profiling markers.</summary>
        public Builder Profiling()
        {
            EnableProfiling = true;
            return this;
        }

        /// <summary>Sets how page-locked memory is obtained.</summary>
        public Builder PageLocking(PageLockingMode mode)
        {
            PageLockingMode = mode;
            return this;
        }

        /// <summary>Sets what kernels may do with static fields.</summary>
        public Builder StaticFields(StaticFieldMode mode)
        {
            StaticFieldMode = mode;
            return this;
        }

        /// <summary>Sets what kernels may do with static arrays.</summary>
        public Builder Arrays(ArrayMode mode)
        {
            ArrayMode = mode;
            return this;
        }

        /// <summary>Allows kernels to print by <see cref="Interop"/>.</summary>
        public Builder IOOperations()
        {
            EnableIOOperations = true;
            return this;
        }

        /// <summary>Makes compilers check their intermediate code.</summary>
        public Builder Verify()
        {
            EnableVerifier = true;
            return this;
        }

        /// <summary>Uses CUDA's device library where it is installed; the CPU accelerator has no use for it.</summary>
        public Builder LibDevice() => this;

        /// <summary>The context with the devices and settings collected so far.</summary>
        public Context ToContext() => new(Freeze(), _devices.ToImmutable());

        internal Builder Add(Device device)
        {
            _devices.Add(device);
            return this;
        }
    }
}
