using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>The functions of the driver's library, with the signatures of the driver API reference, as native code calls them.</summary>
internal static unsafe partial class StandInFunctions
{
    private const int CubinKind = 1;

    private static readonly Dictionary<nint, StandInLink> _links = [];

    [ThreadStatic]
    private static nint _current;

    [UnmanagedCallersOnly]
    private static int Init(uint flags) => flags == 0 ? 0 : (int)DriverError.InvalidValue;

    [UnmanagedCallersOnly]
    private static int DriverGetVersion(int* version) => Anywhere(driver => *version = driver.Version);

    [UnmanagedCallersOnly]
    private static int DeviceGetCount(int* count) => Anywhere(_ => *count = StandInDriver.DeviceCount);

    [UnmanagedCallersOnly]
    private static int DeviceGet(int* device, int ordinal) => Anywhere(_ =>
    {
        StandInDriver.Require(ordinal is >= 0 and < StandInDriver.DeviceCount, DriverError.InvalidDevice, $"device {ordinal}");
        *device = ordinal;
    });

    [UnmanagedCallersOnly]
    private static int DeviceGetName(byte* name, int length, int device) => Anywhere(_ => Write($"Stand-in {device}", name, length));

    [UnmanagedCallersOnly]
    private static int DeviceTotalMem(nuint* bytes, int device) => Anywhere(driver => *bytes = (nuint)driver.MemoryInfo().Total);

    [UnmanagedCallersOnly]
    private static int DeviceGetAttribute(int* value, int attribute, int device) => Anywhere(driver => *value = attribute switch
    {
        1 => 1024,
        2 or 3 => 1024,
        4 => 64,
        5 => int.MaxValue,
        6 or 7 => 65535,
        9 => 65536,
        10 => 32,
        13 => 1_500_000,
        16 => 4,
        38 => 4 << 20,
        39 => 2048,
        75 => driver.Architecture / 10,
        76 => driver.Architecture % 10,
        97 => 227 * 1024,
        115 => driver.HasPools ? 1 : 0,
        _ => throw new DriverException(DriverError.InvalidValue, $"attribute {attribute} is not known"),
    });

    [UnmanagedCallersOnly]
    private static int DeviceGetDefaultMemPool(nint* pool, int device) => Anywhere(_ => *pool = 0x77);

    [UnmanagedCallersOnly]
    private static int MemPoolSetAttribute(nint pool, int attribute, void* value) => Anywhere(driver =>
    {
        StandInDriver.Require(pool == 0x77 && attribute == 4 && value != null, DriverError.InvalidValue, $"attribute {attribute} of a pool");
        driver.KeptPoolBytes = *(ulong*)value;
    });

    [UnmanagedCallersOnly]
    private static int PrimaryCtxRetain(nint* context, int device) => Anywhere(driver =>
    {
        driver.Retain();
        *context = 0x50 + device;
    });

    [UnmanagedCallersOnly]
    private static int PrimaryCtxRelease(int device) => Anywhere(driver => driver.Release());

    [UnmanagedCallersOnly]
    private static int CtxSetCurrent(nint context)
    {
        _current = context;
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int CtxSynchronize() => InContext(driver => driver.SynchronizeAll());

    [UnmanagedCallersOnly]
    private static int MemGetInfo(nuint* free, nuint* total) => InContext(driver =>
    {
        (long available, long all) = driver.MemoryInfo();
        *free = (nuint)available;
        *total = (nuint)all;
    });

    [UnmanagedCallersOnly]
    private static int ModuleLoadDataEx(nint* module, void* image, uint optionCount, int* options, void** values) => InContext(driver =>
    {
        try
        {
            *module = driver.LoadModule(Marshal.PtrToStringUTF8((nint)image)!);
        }
        catch (DriverException exception)
        {
            WriteLog(exception, optionCount, options, values);
            throw;
        }
    });

    [UnmanagedCallersOnly]
    private static int ModuleUnload(nint module) => InContext(driver => driver.Unload(module));

    [UnmanagedCallersOnly]
    private static int ModuleGetFunction(nint* function, nint module, byte* name) => InContext(driver => *function = driver.FindFunction(module, Marshal.PtrToStringUTF8((nint)name)!));

    [UnmanagedCallersOnly]
    private static int LinkCreate(uint optionCount, int* options, void** values, nint* link) => InContext(driver =>
    {
        *link = driver.NewHandle();
        _links.Add(*link, new StandInLink(optionCount, options, values));
    });

    [UnmanagedCallersOnly]
    private static int LinkAddData(nint link, int kind, void* data, nuint size, byte* name, uint optionCount, int* options, void** values) => InContext(driver =>
    {
        StandInDriver.Require(kind == CubinKind, DriverError.InvalidValue, $"input of kind {kind}");
        string text = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(data, (int)size));
        StandInDriver.Require(text.EndsWith('\0'), DriverError.InvalidPtx, "PTX without a zero byte at its end");
        byte[] image;
        try
        {
            image = driver.Assemble(text.TrimEnd('\0'));
        }
        catch (DriverException exception)
        {
            _links[link].Say($"ptxas application ptx input, {exception.Message}");
            throw;
        }

        _links[link].Size = image.Length;
        _links[link].Image = Marshal.AllocHGlobal(image.Length);
        Marshal.Copy(image, 0, _links[link].Image, image.Length);
    });

    [UnmanagedCallersOnly]
    private static int LinkComplete(nint link, void** cubin, nuint* size) => InContext(_ =>
    {
        StandInDriver.Require(_links[link].Image != 0, DriverError.InvalidValue, "nothing was added");
        *cubin = (void*)_links[link].Image;
        *size = (nuint)_links[link].Size;
    });

    [UnmanagedCallersOnly]
    private static int LinkDestroy(nint link) => InContext(_ =>
    {
        _links.Remove(link, out StandInLink? removed);
        Marshal.FreeHGlobal(removed!.Image);
    });

    [UnmanagedCallersOnly]
    private static int FuncGetAttribute(int* value, int attribute, nint function) => InContext(driver => *value = driver.FunctionAttribute(function, attribute));

    [UnmanagedCallersOnly]
    private static int FuncSetAttribute(nint function, int attribute, int value) => InContext(driver => driver.SetFunctionAttribute(function, attribute, value));

    [UnmanagedCallersOnly]
    private static int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint groupX, uint groupY, uint groupZ, uint sharedBytes, nint stream, void** parameters, void** extra) => InContext(driver =>
    {
        StandInDriver.Require(parameters == null && extra != null, DriverError.InvalidValue, "parameters are expected as one block");
        byte[] block = [];
        void* pointer = null;
        for (void** entry = extra; *entry != null; entry += 2)
        {
            switch ((nint)entry[0])
            {
                case 1:
                    pointer = entry[1];
                    break;
                case 2:
                    block = new byte[*(nuint*)entry[1]];
                    break;
                default:
                    throw new DriverException(DriverError.InvalidValue, $"launch parameter {(nint)entry[0]}");
            }
        }

        new ReadOnlySpan<byte>(pointer, block.Length).CopyTo(block);
        driver.Launch(function, ((int)gridX, (int)gridY, (int)gridZ), ((int)groupX, (int)groupY, (int)groupZ), (int)sharedBytes, stream, block);
    });

    [UnmanagedCallersOnly]
    private static int OccupancyMaxActiveBlocks(int* count, nint function, int groupSize, nuint sharedBytes) => InContext(_ => *count = 2048 / groupSize);

    private static int Anywhere(Action<StandInDriver> body) => StandInDriver.Installed is { } driver ? (int)driver.Call(body) : (int)DriverError.NotInitialized;

    private static int InContext(Action<StandInDriver> body) => _current == 0 ? (int)DriverError.InvalidContext : Anywhere(body);

    private static void Write(string text, byte* buffer, int length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        bytes.AsSpan(0, Math.Min(length, bytes.Length)).CopyTo(new Span<byte>(buffer, length));
    }

    private static void WriteLog(DriverException exception, uint optionCount, int* options, void** values) =>
        new StandInLink(optionCount, options, values).Say($"ptxas application ptx input, {exception.Message}");

    /// <summary>What is linked, and where the caller wants to read why it is not.</summary>
    private sealed class StandInLink
    {
        private const int ErrorLog = 5;
        private const int ErrorLogBytes = 6;
        private readonly byte* _log;
        private readonly int _length;

        public StandInLink(uint optionCount, int* options, void** values)
        {
            for (int i = 0; i < optionCount; i++)
            {
                _log = options[i] == ErrorLog ? (byte*)values[i] : _log;
                _length = options[i] == ErrorLogBytes ? (int)(nint)values[i] : _length;
            }
        }

        public nint Image { get; set; }

        public int Size { get; set; }

        public void Say(string text)
        {
            if (_log != null)
            {
                Write(text, _log, _length);
            }
        }
    }
}
