using System;
using Google.Protobuf;

namespace DreamFusion.Pipeline.Models;

/// <summary>Protocol buffers from files that come from elsewhere.</summary>
internal static class ProtobufFile
{
    /// <summary>
    /// Whether an exception of the parser means that the bytes are damaged. Besides its documented one it throws others where a length
    /// inside a message leads over the end of its buffer (found by tests/Fuzz).
    /// </summary>
    public static bool IsDamage(Exception error) => error is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentException or OverflowException;
}
