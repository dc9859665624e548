using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace DreamFusion.Ptx.Tests.StandIn;

internal static unsafe partial class StandInFunctions
{
    private static readonly Dictionary<int, nint> _names = [];

    private static readonly Dictionary<string, nint> _table = new()
    {
        ["cuInit"] = (nint)(delegate* unmanaged<uint, int>)&Init,
        ["cuDriverGetVersion"] = (nint)(delegate* unmanaged<int*, int>)&DriverGetVersion,
        ["cuDeviceGetCount"] = (nint)(delegate* unmanaged<int*, int>)&DeviceGetCount,
        ["cuDeviceGet"] = (nint)(delegate* unmanaged<int*, int, int>)&DeviceGet,
        ["cuDeviceGetName"] = (nint)(delegate* unmanaged<byte*, int, int, int>)&DeviceGetName,
        ["cuDeviceTotalMem_v2"] = (nint)(delegate* unmanaged<nuint*, int, int>)&DeviceTotalMem,
        ["cuDeviceGetAttribute"] = (nint)(delegate* unmanaged<int*, int, int, int>)&DeviceGetAttribute,
        ["cuDeviceGetDefaultMemPool"] = (nint)(delegate* unmanaged<nint*, int, int>)&DeviceGetDefaultMemPool,
        ["cuMemPoolSetAttribute"] = (nint)(delegate* unmanaged<nint, int, void*, int>)&MemPoolSetAttribute,
        ["cuDevicePrimaryCtxRetain"] = (nint)(delegate* unmanaged<nint*, int, int>)&PrimaryCtxRetain,
        ["cuDevicePrimaryCtxRelease_v2"] = (nint)(delegate* unmanaged<int, int>)&PrimaryCtxRelease,
        ["cuCtxSetCurrent"] = (nint)(delegate* unmanaged<nint, int>)&CtxSetCurrent,
        ["cuCtxSynchronize"] = (nint)(delegate* unmanaged<int>)&CtxSynchronize,
        ["cuMemGetInfo_v2"] = (nint)(delegate* unmanaged<nuint*, nuint*, int>)&MemGetInfo,
        ["cuModuleLoadDataEx"] = (nint)(delegate* unmanaged<nint*, void*, uint, int*, void**, int>)&ModuleLoadDataEx,
        ["cuModuleUnload"] = (nint)(delegate* unmanaged<nint, int>)&ModuleUnload,
        ["cuModuleGetFunction"] = (nint)(delegate* unmanaged<nint*, nint, byte*, int>)&ModuleGetFunction,
        ["cuLinkCreate_v2"] = (nint)(delegate* unmanaged<uint, int*, void**, nint*, int>)&LinkCreate,
        ["cuLinkAddData_v2"] = (nint)(delegate* unmanaged<nint, int, void*, nuint, byte*, uint, int*, void**, int>)&LinkAddData,
        ["cuLinkComplete"] = (nint)(delegate* unmanaged<nint, void**, nuint*, int>)&LinkComplete,
        ["cuLinkDestroy"] = (nint)(delegate* unmanaged<nint, int>)&LinkDestroy,
        ["cuFuncGetAttribute"] = (nint)(delegate* unmanaged<int*, int, nint, int>)&FuncGetAttribute,
        ["cuFuncSetAttribute"] = (nint)(delegate* unmanaged<nint, int, int, int>)&FuncSetAttribute,
        ["cuLaunchKernel"] = (nint)(delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)&LaunchKernel,
        ["cuOccupancyMaxActiveBlocksPerMultiprocessor"] = (nint)(delegate* unmanaged<int*, nint, int, nuint, int>)&OccupancyMaxActiveBlocks,
        ["cuMemAlloc_v2"] = (nint)(delegate* unmanaged<ulong*, nuint, int>)&MemAlloc,
        ["cuMemFree_v2"] = (nint)(delegate* unmanaged<ulong, int>)&MemFree,
        ["cuMemAllocAsync"] = (nint)(delegate* unmanaged<ulong*, nuint, nint, int>)&MemAllocAsync,
        ["cuMemFreeAsync"] = (nint)(delegate* unmanaged<ulong, nint, int>)&MemFreeAsync,
        ["cuMemcpyHtoDAsync_v2"] = (nint)(delegate* unmanaged<ulong, void*, nuint, nint, int>)&MemcpyHtoDAsync,
        ["cuMemcpyDtoHAsync_v2"] = (nint)(delegate* unmanaged<void*, ulong, nuint, nint, int>)&MemcpyDtoHAsync,
        ["cuMemcpyDtoDAsync_v2"] = (nint)(delegate* unmanaged<ulong, ulong, nuint, nint, int>)&MemcpyDtoDAsync,
        ["cuMemsetD8Async"] = (nint)(delegate* unmanaged<ulong, byte, nuint, nint, int>)&MemsetD8Async,
        ["cuMemHostRegister_v2"] = (nint)(delegate* unmanaged<void*, nuint, uint, int>)&MemHostRegister,
        ["cuMemHostUnregister"] = (nint)(delegate* unmanaged<void*, int>)&MemHostUnregister,
        ["cuStreamCreate"] = (nint)(delegate* unmanaged<nint*, uint, int>)&StreamCreate,
        ["cuStreamDestroy_v2"] = (nint)(delegate* unmanaged<nint, int>)&StreamDestroy,
        ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&StreamSynchronize,
        ["cuStreamWaitEvent"] = (nint)(delegate* unmanaged<nint, nint, uint, int>)&StreamWaitEvent,
        ["cuEventCreate"] = (nint)(delegate* unmanaged<nint*, uint, int>)&EventCreate,
        ["cuEventDestroy_v2"] = (nint)(delegate* unmanaged<nint, int>)&EventDestroy,
        ["cuEventRecord"] = (nint)(delegate* unmanaged<nint, nint, int>)&EventRecord,
        ["cuEventSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&EventSynchronize,
        ["cuEventElapsedTime"] = (nint)(delegate* unmanaged<float*, nint, nint, int>)&EventElapsedTime,
        ["cuGetErrorName"] = (nint)(delegate* unmanaged<int, byte**, int>)&GetErrorName,
        ["cuGetErrorString"] = (nint)(delegate* unmanaged<int, byte**, int>)&GetErrorString,
    };

    private static readonly HashSet<nint> _lockedPages = [];

    /// <summary>Functions that the library seems to lack.</summary>
    public static HashSet<string> Hidden { get; } = [];

    /// <summary>The address of a function, 0 if there is none of the name.</summary>
    public static nint Find(string name) => Hidden.Contains(name) ? 0 : _table.GetValueOrDefault(name);

    /// <summary>The same functions, but launches do nothing: for tests of what the runtime itself does.</summary>
    public static nint FindWithIdleLaunches(string name)
        => name == "cuLaunchKernel" ? (nint)(delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)&IdleLaunch : Find(name);

    /// <summary>Ranges of host memory that are page-locked.</summary>
    public static int LockedPages => _lockedPages.Count;

    [UnmanagedCallersOnly]
    private static int IdleLaunch(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes, nint stream, void** parameters, void** extra) => 0;

    [UnmanagedCallersOnly]
    private static int MemAlloc(ulong* address, nuint bytes) => InContext(driver =>
    {
        *address = driver.Allocate((long)bytes);
        driver.OtherAllocations++;
    });

    [UnmanagedCallersOnly]
    private static int MemFree(ulong address) => InContext(driver =>
    {
        driver.SynchronizeAll();
        driver.Free(address, 0);
    });

    [UnmanagedCallersOnly]
    private static int MemAllocAsync(ulong* address, nuint bytes, nint stream) => InContext(driver =>
    {
        StandInDriver.Require(driver.HasPools, DriverError.InvalidValue, "the device has no memory pools");
        *address = driver.Allocate((long)bytes);
        driver.PoolAllocations++;
    });

    [UnmanagedCallersOnly]
    private static int MemFreeAsync(ulong address, nint stream) => InContext(driver => driver.Free(address, stream));

    [UnmanagedCallersOnly]
    private static int MemcpyHtoDAsync(ulong target, void* source, nuint bytes, nint stream) => InContext(driver => driver.CopyToDevice(target, (nint)source, (long)bytes, stream));

    [UnmanagedCallersOnly]
    private static int MemcpyDtoHAsync(void* target, ulong source, nuint bytes, nint stream) => InContext(driver => driver.CopyToHost((nint)target, source, (long)bytes, stream));

    [UnmanagedCallersOnly]
    private static int MemcpyDtoDAsync(ulong target, ulong source, nuint bytes, nint stream) => InContext(driver => driver.CopyOnDevice(target, source, (long)bytes, stream));

    [UnmanagedCallersOnly]
    private static int MemsetD8Async(ulong target, byte value, nuint bytes, nint stream) => InContext(driver => driver.Set(target, value, (long)bytes, stream));

    [UnmanagedCallersOnly]
    private static int MemHostRegister(void* address, nuint bytes, uint flags)
        => InContext(_ => StandInDriver.Require(_lockedPages.Add((nint)address), DriverError.InvalidValue, "the memory is locked already"));

    [UnmanagedCallersOnly]
    private static int MemHostUnregister(void* address)
        => InContext(_ => StandInDriver.Require(_lockedPages.Remove((nint)address), DriverError.InvalidValue, "the memory is not locked"));

    [UnmanagedCallersOnly]
    private static int StreamCreate(nint* stream, uint flags) => InContext(driver => *stream = driver.CreateStream(isBlocking: flags == 0));

    [UnmanagedCallersOnly]
    private static int StreamDestroy(nint stream) => InContext(driver => driver.DestroyStream(stream));

    [UnmanagedCallersOnly]
    private static int StreamSynchronize(nint stream) => InContext(driver => driver.Synchronize(stream));

    [UnmanagedCallersOnly]
    private static int StreamWaitEvent(nint stream, nint marker, uint flags) => InContext(driver => driver.Wait(stream, marker));

    [UnmanagedCallersOnly]
    private static int EventCreate(nint* marker, uint flags) => InContext(driver => *marker = driver.CreateEvent(takesTime: (flags & 2) == 0));

    [UnmanagedCallersOnly]
    private static int EventDestroy(nint marker) => InContext(driver => driver.DestroyEvent(marker));

    [UnmanagedCallersOnly]
    private static int EventRecord(nint marker, nint stream) => InContext(driver => driver.Record(marker, stream));

    [UnmanagedCallersOnly]
    private static int EventSynchronize(nint marker) => InContext(driver => driver.SynchronizeEvent(marker));

    [UnmanagedCallersOnly]
    private static int EventElapsedTime(float* time, nint first, nint second) => InContext(driver => *time = driver.Elapsed(first, second));

    [UnmanagedCallersOnly]
    private static int GetErrorName(int status, byte** text)
    {
        *text = (byte*)Text(status, $"CUDA_ERROR_{((DriverError)status).ToString().ToUpperInvariant()}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int GetErrorString(int status, byte** text)
    {
        *text = (byte*)Text(-status, StandInDriver.Installed?.LastFault ?? "no description");
        return 0;
    }

    // The driver owns the text: it stays where it is until the next one of its kind.
    private static nint Text(int key, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        nint copy = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, copy, bytes.Length);
        if (_names.Remove(key, out nint before))
        {
            Marshal.FreeHGlobal(before);
        }

        _names[key] = copy;
        return copy;
    }
}
