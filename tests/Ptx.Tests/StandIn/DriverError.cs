using System;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>Numbers of CUresult that the stand-in answers with.</summary>
internal enum DriverError
{
    None = 0,
    InvalidValue = 1,
    OutOfMemory = 2,
    NotInitialized = 3,
    InvalidDevice = 101,
    InvalidContext = 201,
    InvalidPtx = 218,
    UnsupportedPtxVersion = 222,
    NoBinaryForGpu = 209,
    InvalidHandle = 400,
    NotFound = 500,
    IllegalAddress = 700,
    LaunchOutOfResources = 701,
    LaunchFailed = 719,
}

/// <summary>A call that the driver refuses.</summary>
internal sealed class DriverException(DriverError error, string reason) : Exception($"{error}: {reason}")
{
    public DriverError Error { get; } = error;
}
