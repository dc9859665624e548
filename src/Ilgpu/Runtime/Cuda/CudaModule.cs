using System;
using System.Globalization;
using System.Text;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// PTX that another compiler made, loaded by the driver as it is: for measuring our kernels beside it. Launches pass their arguments as a block of bytes, laid out as the entry
/// point's parameters. Kernels of our own compiler are loaded by the accelerator.
/// </summary>
internal sealed unsafe class CudaModule : IDisposable
{
    private const int UsualSharedMemory = 48 * 1024;

    private readonly CudaAccelerator _accelerator;
    private readonly nint _module;

    /// <summary>Loads a module.</summary>
    /// <param name="accelerator">GPU.</param>
    /// <param name="ptx">Text of the module.</param>
    /// <exception cref="CudaException">The driver does not take it; with the driver's log.</exception>
    public CudaModule(CudaAccelerator accelerator, string ptx)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        _accelerator = accelerator;
        accelerator.Bind();
        _module = accelerator.Library.LoadModule(Encoding.ASCII.GetBytes(ptx + '\0'));
    }

    /// <summary>Launches an entry point in the default stream.</summary>
    /// <param name="entry">Its name.</param>
    /// <param name="grid">Groups.</param>
    /// <param name="groupSize">Threads of a group.</param>
    /// <param name="sharedBytes">Dynamic shared memory.</param>
    /// <param name="arguments">Bytes of its parameters.</param>
    /// <exception cref="CudaException">The module has no such entry point, or the driver refuses the launch.</exception>
    public void Launch(string entry, Index2D grid, int groupSize, int sharedBytes, ReadOnlySpan<byte> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(entry);
        _accelerator.Bind();
        nint function = _accelerator.Library.FindFunction(_module, entry);
        if (sharedBytes > _accelerator.MaxSharedMemoryPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sharedBytes),
                string.Create(CultureInfo.InvariantCulture, $"Kernel '{entry}': {sharedBytes} bytes of shared memory asked for, the device has {_accelerator.MaxSharedMemoryPerGroup} per group."));
        }

        if (sharedBytes > UsualSharedMemory)
        {
            _accelerator.Library.SetFunctionAttribute(function, CudaFunctionAttribute.MaxDynamicSharedSizeBytes, sharedBytes);
        }

        fixed (byte* block = arguments)
        {
            _accelerator.Library.Launch(
                function, new Index3D(grid.X, grid.Y, 1), new Index3D(groupSize, 1, 1), sharedBytes, CudaAccelerator.PointerOf(_accelerator.DefaultStream), block, arguments.Length, entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _accelerator.Bind();
        _accelerator.Library.UnloadModule(_module);
    }
}
