using System;
using System.Runtime.InteropServices;
using System.Text;

namespace ILGPU.Runtime.Cuda;

// Signatures as in NVIDIA's driver API reference; pointers to handles are out parameters there.
internal sealed unsafe partial class CudaLibrary
{
    private const int OutOfMemory = 2;
    private const int InvalidPtx = 218;
    private const int UnsupportedPtxVersion = 222;
    private const int IllegalAddress = 700;
    private const int LaunchFailed = 719;

    private const int InfoLogBuffer = 3;
    private const int InfoLogBufferBytes = 4;
    private const int ErrorLogBuffer = 5;
    private const int ErrorLogBufferBytes = 6;
    private const int LogBytes = 16384;
    private const int LogOptions = 4;
    private const int PtxInput = 1;
    private const int PoolReleaseThreshold = 4;
    private const int DisableTiming = 2;
    private const int NameBytes = 256;

    private delegate* unmanaged<uint, int> _init;
    private delegate* unmanaged<int*, int> _driverGetVersion;
    private delegate* unmanaged<int*, int> _deviceGetCount;
    private delegate* unmanaged<int*, int, int> _deviceGet;
    private delegate* unmanaged<byte*, int, int, int> _deviceGetName;
    private delegate* unmanaged<nuint*, int, int> _deviceTotalMem;
    private delegate* unmanaged<int*, int, int, int> _deviceGetAttribute;
    private delegate* unmanaged<nint*, int, int> _deviceGetDefaultMemPool;
    private delegate* unmanaged<nint, int, void*, int> _memPoolSetAttribute;
    private delegate* unmanaged<nint*, int, int> _primaryContextRetain;
    private delegate* unmanaged<int, int> _primaryContextRelease;
    private delegate* unmanaged<nint, int> _contextSetCurrent;
    private delegate* unmanaged<int> _contextSynchronize;
    private delegate* unmanaged<nuint*, nuint*, int> _memGetInfo;
    private delegate* unmanaged<nint*, void*, uint, int*, void**, int> _moduleLoadDataEx;
    private delegate* unmanaged<nint, int> _moduleUnload;
    private delegate* unmanaged<nint*, nint, byte*, int> _moduleGetFunction;
    private delegate* unmanaged<uint, int*, void**, nint*, int> _linkCreate;
    private delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int> _linkAddData;
    private delegate* unmanaged<nint, void**, nuint*, int> _linkComplete;
    private delegate* unmanaged<nint, int> _linkDestroy;
    private delegate* unmanaged<int*, int, nint, int> _functionGetAttribute;
    private delegate* unmanaged<nint, int, int, int> _functionSetAttribute;
    private delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launchKernel;
    private delegate* unmanaged<int*, nint, int, nuint, int> _occupancy;
    private delegate* unmanaged<ulong*, nuint, int> _memAlloc;
    private delegate* unmanaged<ulong, int> _memFree;
    private delegate* unmanaged<ulong*, nuint, nint, int> _memAllocAsync;
    private delegate* unmanaged<ulong, nint, int> _memFreeAsync;
    private delegate* unmanaged<ulong, void*, nuint, nint, int> _copyHostToDevice;
    private delegate* unmanaged<void*, ulong, nuint, nint, int> _copyDeviceToHost;
    private delegate* unmanaged<ulong, ulong, nuint, nint, int> _copyDeviceToDevice;
    private delegate* unmanaged<ulong, byte, nuint, nint, int> _memset;
    private delegate* unmanaged<void*, nuint, uint, int> _hostRegister;
    private delegate* unmanaged<void*, int> _hostUnregister;
    private delegate* unmanaged<nint*, uint, int> _streamCreate;
    private delegate* unmanaged<nint, int> _streamDestroy;
    private delegate* unmanaged<nint, int> _streamSynchronize;
    private delegate* unmanaged<nint, nint, uint, int> _streamWaitEvent;
    private delegate* unmanaged<nint*, uint, int> _eventCreate;
    private delegate* unmanaged<nint, int> _eventDestroy;
    private delegate* unmanaged<nint, nint, int> _eventRecord;
    private delegate* unmanaged<nint, int> _eventSynchronize;
    private delegate* unmanaged<float*, nint, nint, int> _eventElapsedTime;
    private delegate* unmanaged<int, byte**, int> _getErrorName;
    private delegate* unmanaged<int, byte**, int> _getErrorString;

    public int Version()
    {
        int version;
        Check(_driverGetVersion(&version), "cuDriverGetVersion");
        return version;
    }

    public int DeviceCount()
    {
        int count;
        Check(_deviceGetCount(&count), "cuDeviceGetCount");
        return count;
    }

    public int Device(int ordinal)
    {
        int device;
        Check(_deviceGet(&device, ordinal), "cuDeviceGet");
        return device;
    }

    public string DeviceName(int device)
    {
        byte* name = stackalloc byte[NameBytes];
        Check(_deviceGetName(name, NameBytes, device), "cuDeviceGetName");
        return Marshal.PtrToStringUTF8((nint)name) ?? string.Empty;
    }

    public long DeviceMemory(int device)
    {
        nuint bytes;
        Check(_deviceTotalMem(&bytes, device), "cuDeviceTotalMem");
        return (long)bytes;
    }

    public int DeviceAttribute(CudaDeviceAttribute attribute, int device)
    {
        int value;
        Check(_deviceGetAttribute(&value, (int)attribute, device), "cuDeviceGetAttribute");
        return value;
    }

    /// <summary>Lets the device's pool keep freed memory for the next allocations, up to a number of bytes.</summary>
    public void KeepFreedMemory(int device, ulong bytes)
    {
        nint pool;
        Check(_deviceGetDefaultMemPool(&pool, device), "cuDeviceGetDefaultMemPool");
        Check(_memPoolSetAttribute(pool, PoolReleaseThreshold, &bytes), "cuMemPoolSetAttribute");
    }

    public nint RetainPrimaryContext(int device)
    {
        nint context;
        Check(_primaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain");
        return context;
    }

    public void ReleasePrimaryContext(int device) => Check(_primaryContextRelease(device), "cuDevicePrimaryCtxRelease");

    public void SetCurrent(nint context) => Check(_contextSetCurrent(context), "cuCtxSetCurrent");

    public void Synchronize() => Check(_contextSynchronize(), "cuCtxSynchronize");

    public (long Free, long Total) MemoryInfo()
    {
        nuint free;
        nuint total;
        Check(_memGetInfo(&free, &total), "cuMemGetInfo");
        return ((long)free, (long)total);
    }

    /// <summary>Loads PTX (ending with a zero byte) or a cubin; the driver's log is part of the error, and what it is about.</summary>
    public nint LoadModule(ReadOnlySpan<byte> image, string? kernel = null)
    {
        byte* info = stackalloc byte[LogBytes];
        byte* error = stackalloc byte[LogBytes];
        int* options = stackalloc int[LogOptions];
        void** values = stackalloc void*[LogOptions];
        AskForLogs(info, error, options, values);
        nint module;
        fixed (byte* data = image)
        {
            int status = _moduleLoadDataEx(&module, data, LogOptions, options, values);
            Check(status, "cuModuleLoadDataEx", status == Success ? null : Log(error, info, kernel));
        }

        return module;
    }

    /// <summary>Loads a cubin; false if the driver does not take it, as one of another driver's.</summary>
    public bool TryLoadModule(ReadOnlySpan<byte> cubin, out nint module)
    {
        nint loaded;
        fixed (byte* data = cubin)
        {
            bool isTaken = _moduleLoadDataEx(&loaded, data, 0, null, null) == Success;
            module = isTaken ? loaded : 0;
            return isTaken;
        }
    }

    public void UnloadModule(nint module) => Check(_moduleUnload(module), "cuModuleUnload");

    public nint FindFunction(nint module, string name)
    {
        nint function;
        fixed (byte* text = Encoding.ASCII.GetBytes(name + '\0'))
        {
            Check(_moduleGetFunction(&function, module, text), "cuModuleGetFunction", name);
        }

        return function;
    }

    /// <summary>Compiles PTX (ending with a zero byte) for the current device: a cubin that <see cref="LoadModule"/> takes.</summary>
    public byte[] Assemble(ReadOnlySpan<byte> ptx, string? kernel = null)
    {
        byte* info = stackalloc byte[LogBytes];
        byte* error = stackalloc byte[LogBytes];
        int* options = stackalloc int[LogOptions];
        void** values = stackalloc void*[LogOptions];
        AskForLogs(info, error, options, values);
        nint link;
        Check(_linkCreate(LogOptions, options, values, &link), "cuLinkCreate");
        try
        {
            byte* name = stackalloc byte[] { (byte)'k', 0 };
            fixed (byte* text = ptx)
            {
                int status = _linkAddData(link, PtxInput, text, (nuint)ptx.Length, name, 0, null, null);
                Check(status, "cuLinkAddData", status == Success ? null : Log(error, info, kernel));
            }

            void* cubin;
            nuint size;
            int completed = _linkComplete(link, &cubin, &size);
            Check(completed, "cuLinkComplete", completed == Success ? null : Log(error, info, kernel));
            return new ReadOnlySpan<byte>(cubin, checked((int)size)).ToArray();
        }
        finally
        {
            Check(_linkDestroy(link), "cuLinkDestroy");
        }
    }

    public int FunctionAttribute(nint function, CudaFunctionAttribute attribute)
    {
        int value;
        Check(_functionGetAttribute(&value, (int)attribute, function), "cuFuncGetAttribute");
        return value;
    }

    public void SetFunctionAttribute(nint function, CudaFunctionAttribute attribute, int value)
        => Check(_functionSetAttribute(function, (int)attribute, value), "cuFuncSetAttribute");

    /// <summary>Launches with the parameters as one block of bytes, whose size the driver checks.</summary>
    public void Launch(nint function, in Index3D grid, in Index3D group, int sharedBytes, nint stream, byte* parameters, int parameterBytes, string kernel)
    {
        const nint End = 0;
        const nint BufferPointer = 1;
        const nint BufferSize = 2;
        nuint size = (nuint)parameterBytes;
        void** extra = stackalloc void*[] { (void*)BufferPointer, parameters, (void*)BufferSize, &size, (void*)End };
        int status = _launchKernel(
            function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)group.X, (uint)group.Y, (uint)group.Z, (uint)sharedBytes, stream, null, extra);
        if (status != Success)
        {
            throw Failure(status, "cuLaunchKernel", $"Kernel '{kernel}', grid {grid}, group {group}, {sharedBytes} bytes of dynamic shared memory, {parameterBytes} bytes of parameters.");
        }
    }

    public int ActiveGroups(nint function, int groupSize, int sharedBytes)
    {
        int count;
        Check(_occupancy(&count, function, groupSize, (nuint)sharedBytes), "cuOccupancyMaxActiveBlocksPerMultiprocessor");
        return count;
    }

    public nint Allocate(long bytes)
    {
        ulong address;
        Check(_memAlloc(&address, (nuint)bytes), "cuMemAlloc", $"{bytes} bytes were asked for.");
        return (nint)address;
    }

    public void Free(nint address) => Check(_memFree((ulong)address), "cuMemFree");

    public nint AllocateAsync(long bytes, nint stream)
    {
        ulong address;
        Check(_memAllocAsync(&address, (nuint)bytes, stream), "cuMemAllocAsync", $"{bytes} bytes were asked for.");
        return (nint)address;
    }

    public void FreeAsync(nint address, nint stream) => Check(_memFreeAsync((ulong)address, stream), "cuMemFreeAsync");

    public void CopyToDevice(nint target, nint source, long bytes, nint stream) => Check(_copyHostToDevice((ulong)target, (void*)source, (nuint)bytes, stream), "cuMemcpyHtoDAsync");

    public void CopyToHost(nint target, nint source, long bytes, nint stream) => Check(_copyDeviceToHost((void*)target, (ulong)source, (nuint)bytes, stream), "cuMemcpyDtoHAsync");

    public void CopyOnDevice(nint target, nint source, long bytes, nint stream) => Check(_copyDeviceToDevice((ulong)target, (ulong)source, (nuint)bytes, stream), "cuMemcpyDtoDAsync");

    public void Set(nint target, byte value, long bytes, nint stream) => Check(_memset((ulong)target, value, (nuint)bytes, stream), "cuMemsetD8Async");

    public void LockPages(nint address, long bytes) => Check(_hostRegister((void*)address, (nuint)bytes, 0), "cuMemHostRegister");

    public void UnlockPages(nint address) => Check(_hostUnregister((void*)address), "cuMemHostUnregister");

    public nint CreateStream(StreamFlags flags)
    {
        nint stream;
        Check(_streamCreate(&stream, (uint)flags), "cuStreamCreate");
        return stream;
    }

    public void DestroyStream(nint stream) => Check(_streamDestroy(stream), "cuStreamDestroy");

    public void Synchronize(nint stream) => Check(_streamSynchronize(stream), "cuStreamSynchronize");

    public void Wait(nint stream, nint marker) => Check(_streamWaitEvent(stream, marker, 0), "cuStreamWaitEvent");

    public nint CreateEvent(bool takesTime)
    {
        nint marker;
        Check(_eventCreate(&marker, takesTime ? 0u : DisableTiming), "cuEventCreate");
        return marker;
    }

    public void DestroyEvent(nint marker) => Check(_eventDestroy(marker), "cuEventDestroy");

    public void Record(nint marker, nint stream) => Check(_eventRecord(marker, stream), "cuEventRecord");

    public void SynchronizeEvent(nint marker) => Check(_eventSynchronize(marker), "cuEventSynchronize");

    public float Milliseconds(nint first, nint second)
    {
        float time;
        Check(_eventElapsedTime(&time, first, second), "cuEventElapsedTime");
        return time;
    }

    private int Initialize() => _init(0);

    private string NameOf(int status)
    {
        byte* text;
        return _getErrorName(status, &text) == Success ? Marshal.PtrToStringUTF8((nint)text) ?? string.Empty : "an error without a name";
    }

    private string DescriptionOf(int status)
    {
        byte* text;
        return _getErrorString(status, &text) == Success ? Marshal.PtrToStringUTF8((nint)text) ?? string.Empty : "the driver does not describe it";
    }

    private static void AskForLogs(byte* info, byte* error, int* options, void** values)
    {
        info[0] = 0;
        error[0] = 0;
        options[0] = InfoLogBuffer;
        values[0] = info;
        options[1] = InfoLogBufferBytes;
        values[1] = (void*)LogBytes;
        options[2] = ErrorLogBuffer;
        values[2] = error;
        options[3] = ErrorLogBufferBytes;
        values[3] = (void*)LogBytes;
    }

    private static string Log(byte* error, byte* info, string? kernel)
        => (kernel is null ? string.Empty : $"Kernel '{kernel}':\n") + string.Join('\n', Marshal.PtrToStringUTF8((nint)error), Marshal.PtrToStringUTF8((nint)info)).Trim();

    private void BindFunctions()
    {
        _init = (delegate* unmanaged<uint, int>)Function("cuInit");
        _driverGetVersion = (delegate* unmanaged<int*, int>)Function("cuDriverGetVersion");
        _deviceGetCount = (delegate* unmanaged<int*, int>)Function("cuDeviceGetCount");
        _deviceGet = (delegate* unmanaged<int*, int, int>)Function("cuDeviceGet");
        _deviceGetName = (delegate* unmanaged<byte*, int, int, int>)Function("cuDeviceGetName");
        _deviceTotalMem = (delegate* unmanaged<nuint*, int, int>)Function("cuDeviceTotalMem_v2");
        _deviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Function("cuDeviceGetAttribute");
        _deviceGetDefaultMemPool = (delegate* unmanaged<nint*, int, int>)Function("cuDeviceGetDefaultMemPool");
        _memPoolSetAttribute = (delegate* unmanaged<nint, int, void*, int>)Function("cuMemPoolSetAttribute");
        _primaryContextRetain = (delegate* unmanaged<nint*, int, int>)Function("cuDevicePrimaryCtxRetain");
        _primaryContextRelease = (delegate* unmanaged<int, int>)Function("cuDevicePrimaryCtxRelease_v2");
        _contextSetCurrent = (delegate* unmanaged<nint, int>)Function("cuCtxSetCurrent");
        _contextSynchronize = (delegate* unmanaged<int>)Function("cuCtxSynchronize");
        _memGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)Function("cuMemGetInfo_v2");
        _moduleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, int*, void**, int>)Function("cuModuleLoadDataEx");
        _moduleUnload = (delegate* unmanaged<nint, int>)Function("cuModuleUnload");
        _moduleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Function("cuModuleGetFunction");
        _linkCreate = (delegate* unmanaged<uint, int*, void**, nint*, int>)Function("cuLinkCreate_v2");
        _linkAddData = (delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int>)Function("cuLinkAddData_v2");
        _linkComplete = (delegate* unmanaged<nint, void**, nuint*, int>)Function("cuLinkComplete");
        _linkDestroy = (delegate* unmanaged<nint, int>)Function("cuLinkDestroy");
        _functionGetAttribute = (delegate* unmanaged<int*, int, nint, int>)Function("cuFuncGetAttribute");
        _functionSetAttribute = (delegate* unmanaged<nint, int, int, int>)Function("cuFuncSetAttribute");
        _launchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Function("cuLaunchKernel");
        _occupancy = (delegate* unmanaged<int*, nint, int, nuint, int>)Function("cuOccupancyMaxActiveBlocksPerMultiprocessor");
        BindMemoryFunctions();
        BindStreamFunctions();
    }

    private void BindMemoryFunctions()
    {
        _memAlloc = (delegate* unmanaged<ulong*, nuint, int>)Function("cuMemAlloc_v2");
        _memFree = (delegate* unmanaged<ulong, int>)Function("cuMemFree_v2");
        _memAllocAsync = (delegate* unmanaged<ulong*, nuint, nint, int>)Function("cuMemAllocAsync");
        _memFreeAsync = (delegate* unmanaged<ulong, nint, int>)Function("cuMemFreeAsync");
        _copyHostToDevice = (delegate* unmanaged<ulong, void*, nuint, nint, int>)Function("cuMemcpyHtoDAsync_v2");
        _copyDeviceToHost = (delegate* unmanaged<void*, ulong, nuint, nint, int>)Function("cuMemcpyDtoHAsync_v2");
        _copyDeviceToDevice = (delegate* unmanaged<ulong, ulong, nuint, nint, int>)Function("cuMemcpyDtoDAsync_v2");
        _memset = (delegate* unmanaged<ulong, byte, nuint, nint, int>)Function("cuMemsetD8Async");
        _hostRegister = (delegate* unmanaged<void*, nuint, uint, int>)Function("cuMemHostRegister_v2");
        _hostUnregister = (delegate* unmanaged<void*, int>)Function("cuMemHostUnregister");
    }

    private void BindStreamFunctions()
    {
        _streamCreate = (delegate* unmanaged<nint*, uint, int>)Function("cuStreamCreate");
        _streamDestroy = (delegate* unmanaged<nint, int>)Function("cuStreamDestroy_v2");
        _streamSynchronize = (delegate* unmanaged<nint, int>)Function("cuStreamSynchronize");
        _streamWaitEvent = (delegate* unmanaged<nint, nint, uint, int>)Function("cuStreamWaitEvent");
        _eventCreate = (delegate* unmanaged<nint*, uint, int>)Function("cuEventCreate");
        _eventDestroy = (delegate* unmanaged<nint, int>)Function("cuEventDestroy_v2");
        _eventRecord = (delegate* unmanaged<nint, nint, int>)Function("cuEventRecord");
        _eventSynchronize = (delegate* unmanaged<nint, int>)Function("cuEventSynchronize");
        _eventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)Function("cuEventElapsedTime");
        _getErrorName = (delegate* unmanaged<int, byte**, int>)Function("cuGetErrorName");
        _getErrorString = (delegate* unmanaged<int, byte**, int>)Function("cuGetErrorString");
    }
}
