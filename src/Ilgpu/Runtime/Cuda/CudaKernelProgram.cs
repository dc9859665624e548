using System;
using System.Globalization;
using System.Text;
using System.Threading;
using ILGPU.Ptx;

namespace ILGPU.Runtime.Cuda;

/// <summary>A kernel that was compiled for a GPU. One that has launch constants is compiled once more for each combination of their values, up to a limit.</summary>
internal sealed unsafe class CudaKernelProgram : KernelProgram
{
    private const int DefaultGroupSize = 128;
    private const int MaximumVariants = 32;

    // The driver gives this much without being asked.
    private const int UsualSharedMemory = 48 * 1024;

    private readonly CudaAccelerator _accelerator;
    private readonly KernelEntry _entry;
    private readonly PtxTarget _target;
    private readonly KernelSpecialization _specialization;
    private readonly PtxModule _general;
    private readonly ArgumentBlock _arguments;
    private readonly ConstantRange[] _constants;
    private readonly int _groupSize;
    private readonly string _name;
    private readonly Lock _gate = new();

    // Replaced as a whole: launches read it without a lock.
    private Variant[] _variants = [];

    public CudaKernelProgram(CudaAccelerator accelerator, KernelEntry entry)
    {
        _accelerator = accelerator;
        _entry = entry;
        _name = entry.Name;
        bool isExplicit = entry.Grouping == KernelGrouping.Explicit;
        _groupSize = entry.Grouping == KernelGrouping.Implicit ? entry.GroupSize : DefaultGroupSize;
        _target = new PtxTarget
        {
            Architecture = accelerator.Device.PtxArchitecture,
            Math = accelerator.Context.Properties.MathMode == MathMode.Default ? PtxMathMode.Strict : PtxMathMode.Fast,
        };
        _specialization = isExplicit || entry.Specialization.MaxNumThreadsPerGroup is not null
            ? entry.Specialization
            : new KernelSpecialization(_groupSize, entry.Specialization.MinNumGroupsPerMultiprocessor);
        _general = PtxCompiler.Compile(entry.Method, !isExplicit, _target, specialization: _specialization);
        _arguments = new ArgumentBlock(entry, _general.Parameters);
        _constants = ConstantRange.Of(entry.Method, _general.Parameters);
        Info = new KernelInfo(entry.Name, isExplicit ? null : _groupSize, isExplicit ? null : accelerator.NumMultiprocessors);
        if (_constants.Length == 0)
        {
            _variants = [Load(_general, [])];
        }
    }

    /// <inheritdoc/>
    public override KernelInfo Info { get; }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, Index3D extent)
    {
        RequireNotNegative(extent, "extent");
        long count = extent.LongSize;
        if (count == 0)
        {
            return;
        }

        if (count > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(extent), $"Kernel '{_entry.Name}': {count} indices, at most {int.MaxValue} are possible; launch it in parts.");
        }

        byte* block = stackalloc byte[_arguments.Size];
        int* numbers = (int*)block;
        (numbers[0], numbers[1], numbers[2]) = (extent.X, extent.Y, extent.Z);
        Launch(stream, arguments, block, new Index3D((int)((count + _groupSize - 1) / _groupSize), 1, 1), new Index3D(_groupSize, 1, 1), 0);
    }

    /// <inheritdoc/>
    public override void Run(AcceleratorStream stream, KernelArguments arguments, in KernelConfig config)
    {
        RequireNotNegative(config.GridDim, "grid");
        RequireNotNegative(config.GroupDim, "group");
        if (config.Size == 0)
        {
            return;
        }

        byte* block = stackalloc byte[_arguments.Size];
        Launch(stream, arguments, block, config.GridDim, config.GroupDim, config.SharedMemoryConfig.ArraySize);
    }

    /// <summary>Unloads all variants.</summary>
    public void Unload()
    {
        lock (_gate)
        {
            foreach (Variant variant in _variants)
            {
                _accelerator.Library.UnloadModule(variant.Module);
            }

            _variants = [];
        }
    }

    private void Launch(AcceleratorStream stream, KernelArguments arguments, byte* block, in Index3D grid, in Index3D group, int sharedBytes)
    {
        if (stream.Accelerator != _accelerator)
        {
            throw new ArgumentException($"Kernel '{_entry.Name}' is loaded on {_accelerator}, the stream belongs to {stream.Accelerator}.", nameof(stream));
        }

        _accelerator.Bind();
        _arguments.Write(arguments, block);
        Variant variant = Find(new ReadOnlySpan<byte>(block, _arguments.Size));
        RequireFits(variant, group, sharedBytes);
        _accelerator.Library.Launch(variant.Function, grid, group, sharedBytes, CudaAccelerator.PointerOf(stream), block, _arguments.Size, _name);
    }

    private Variant Find(ReadOnlySpan<byte> block)
    {
        foreach (Variant variant in Volatile.Read(ref _variants))
        {
            if (variant.Fits(_constants, block))
            {
                return variant;
            }
        }

        return AddVariant(block.ToArray());
    }

    private Variant AddVariant(byte[] block)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_accelerator.IsDisposed, _accelerator);
            if (Array.Find(_variants, variant => variant.Fits(_constants, block)) is { } found)
            {
                return found;
            }

            // After so many values they are no constants: the last variant is for all others.
            bool isLast = _variants.Length == MaximumVariants;
            Variant added = isLast
                ? Load(_general, [])
                : Load(PtxCompiler.CompileForLaunch(_entry.Method, _entry.Grouping != KernelGrouping.Explicit, _target, block, _specialization), block);
            Volatile.Write(ref _variants, [.. _variants, added]);
            return added;
        }
    }

    private Variant Load(PtxModule module, byte[] block)
    {
        nint handle = LoadModule(module.Text, module.EntryName);
        nint function = _accelerator.Library.FindFunction(handle, module.EntryName);
        int threads = _accelerator.Library.FunctionAttribute(function, CudaFunctionAttribute.MaxThreadsPerBlock);
        return new Variant(handle, function, threads, module.SharedBytes, block);
    }

    private nint LoadModule(string text, string name)
    {
        byte[] ptx = Encoding.ASCII.GetBytes(text + '\0');
        if (CubinCache.Find() is not { } cache)
        {
            _accelerator.CountModule(wasCached: false);
            return _accelerator.Library.LoadModule(ptx, name);
        }

        string key = CubinCache.KeyOf(text, _accelerator.DriverVersion, _accelerator.Device.Capability);
        if (cache.Read(key) is { } kept && _accelerator.Library.TryLoadModule(kept, out nint handle))
        {
            _accelerator.CountModule(wasCached: true);
            return handle;
        }

        _accelerator.CountModule(wasCached: false);
        byte[] cubin = _accelerator.Library.Assemble(ptx, name);
        cache.Write(key, cubin);
        return _accelerator.Library.LoadModule(cubin, name);
    }

    private void RequireFits(Variant variant, in Index3D group, int sharedBytes)
    {
        if (group.LongSize > variant.MaxThreads)
        {
            throw new ArgumentOutOfRangeException(
                nameof(group),
                string.Create(CultureInfo.InvariantCulture, $"Kernel '{_entry.Name}': a group of {group.LongSize} threads was asked for, {variant.MaxThreads} are possible with the registers that it needs; use smaller groups or a KernelSpecialization."));
        }

        long total = variant.SharedBytes + sharedBytes;
        if (total > _accelerator.MaxSharedMemoryPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sharedBytes),
                string.Create(CultureInfo.InvariantCulture, $"Kernel '{_entry.Name}': {total} bytes of shared memory asked for, the device has {_accelerator.MaxSharedMemoryPerGroup} per group."));
        }

        if (total > UsualSharedMemory && sharedBytes > variant.DynamicBytesAllowed)
        {
            _accelerator.Library.SetFunctionAttribute(variant.Function, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, sharedBytes);
            variant.DynamicBytesAllowed = sharedBytes;
        }
    }

    private void RequireNotNegative(in Index3D value, string what)
    {
        if (value.X < 0 || value.Y < 0 || value.Z < 0)
        {
            throw new ArgumentOutOfRangeException(what, $"Kernel '{_entry.Name}': the {what} {value} has a negative component, expected 0 or more.");
        }
    }

    /// <summary>The kernel for some values of its launch constants.</summary>
    private sealed class Variant(nint module, nint function, int maxThreads, long sharedBytes, byte[] block)
    {
        public nint Module { get; } = module;

        public nint Function { get; } = function;

        public int MaxThreads { get; } = maxThreads;

        /// <summary>Static shared memory.</summary>
        public long SharedBytes { get; } = sharedBytes;

        /// <summary>Dynamic shared memory that the driver was asked for beyond the usual.</summary>
        public int DynamicBytesAllowed { get; set; }

        /// <summary>Whether the constants of a launch are this variant's; one without a block is for all.</summary>
        public bool Fits(ConstantRange[] constants, ReadOnlySpan<byte> launch)
        {
            if (block.Length == 0)
            {
                return true;
            }

            foreach (ConstantRange range in constants)
            {
                if (!launch.Slice(range.Offset, range.Size).SequenceEqual(block.AsSpan(range.Offset, range.Size)))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
