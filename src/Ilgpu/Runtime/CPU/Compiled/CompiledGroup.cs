using System;
using System.Globalization;
using System.Runtime.InteropServices;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>
/// Runs one group of a compiled kernel at a time: lets every thread run to its next meeting, brings those together that meet, and goes on. Threads that wait for ones
/// that never come are an error, as in the executor.
/// </summary>
internal sealed unsafe class CompiledGroup : IDisposable
{
    /// <summary>Threads of a warp, as the compiler knows it.</summary>
    public const int WarpSize = 32;

    private const int Alignment = 64;
    private const byte Ready = 0;
    private const byte Waiting = 1;
    private const byte Finished = 2;
    private const int Arrays = 8;

    private readonly CompiledKernel _kernel;
    private readonly GroupState* _state;
    private readonly byte* _memory;
    private readonly byte[] _status;
    private byte* _shared;
    private int _sharedBytes;
    private Index3D _dimension;

    public CompiledGroup(CompiledKernel kernel)
    {
        _kernel = kernel;
        KernelLayout layout = kernel.Layout;
        int capacity = layout.Capacity;
        long words = (long)capacity * sizeof(int);
        long kept = RoundUp(layout.KeptBytes);
        long local = RoundUp((long)layout.LocalBytes * capacity);
        long parameters = RoundUp(kernel.Arguments.Size);
        long state = RoundUp(sizeof(GroupState));
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(state + parameters + kept + local + (Arrays * words)), Alignment);
        _state = (GroupState*)_memory;
        *_state = default;
        byte* at = _memory + state;
        byte* Take(long bytes)
        {
            byte* taken = at;
            at += bytes;
            return taken;
        }

        _state->Parameters = Take(parameters);
        _state->Kept = Take(kept);
        _state->Local = Take(local);
        _state->Resume = (int*)Take(words);
        _state->ThreadX = (int*)Take(words);
        _state->ThreadY = (int*)Take(words);
        _state->ThreadZ = (int*)Take(words);
        _state->Words = (uint*)Take(words);
        _state->Lanes = (uint*)Take(words);
        _state->Bounds = (uint*)Take(words);
        _state->Answers = (uint*)Take(words);
        _status = new byte[capacity];
    }

    /// <summary>Takes the arguments and the shape of a launch.</summary>
    public void Begin(KernelArguments arguments, in LaunchShape shape)
    {
        _kernel.Arguments.Write(arguments, _state->Parameters);
        if (_kernel.IsIndexed)
        {
            int* extent = (int*)_state->Parameters;
            (extent[0], extent[1], extent[2]) = (shape.Extent.X, shape.Extent.Y, shape.Extent.Z);
        }

        (_state->GridDimensionX, _state->GridDimensionY, _state->GridDimensionZ) = (shape.GridDimension.X, shape.GridDimension.Y, shape.GridDimension.Z);
        _state->DynamicSharedBytes = shape.DynamicSharedBytes;
        ProvideShared(KernelLayout.RoundUp(shape.DynamicSharedBytes) + _kernel.Layout.SharedBytes);
        if (shape.GroupDimension != _dimension)
        {
            _dimension = shape.GroupDimension;
            (_state->GroupDimensionX, _state->GroupDimensionY, _state->GroupDimensionZ) = (_dimension.X, _dimension.Y, _dimension.Z);
            for (int i = 0; i < _dimension.Size; i++)
            {
                _state->ThreadX[i] = i % _dimension.X;
                _state->ThreadY[i] = i / _dimension.X % _dimension.Y;
                _state->ThreadZ[i] = i / _dimension.X / _dimension.Y;
            }
        }
    }

    /// <summary>Runs a group; <paramref name="current"/> is set to the thread that failed before an exception leaves.</summary>
    public void Run(in LaunchShape shape, long group, ref long current)
    {
        int size = _dimension.Size;
        long first = group * size;
        int count = (int)Math.Min(size, shape.Count - first);
        Index3D grid = shape.GridDimension;
        _state->GridX = (int)(group % grid.X);
        _state->GridY = (int)(group / grid.X % grid.Y);
        _state->GridZ = (int)(group / grid.X / grid.Y);
        // What a kernel has not written is NaN, so that relying on it shows.
        new Span<byte>(_shared, _sharedBytes).Fill(0xff);
        new Span<int>(_state->Resume, count).Clear();
        _status.AsSpan(0, count).Clear();
        try
        {
            int unit = _kernel.HasWarpMeetings ? WarpSize : count;
            do
            {
                for (int begin = 0; begin < count; begin += unit)
                {
                    Advance(begin, Math.Min(begin + unit, count));
                }
            }
            while (ReleaseGroup(count));
        }
        catch
        {
            current = first + _state->Current;
            throw;
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_shared);
        NativeMemory.AlignedFree(_memory);
    }

    private static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void ProvideShared(int bytes)
    {
        if (bytes > _sharedBytes)
        {
            NativeMemory.AlignedFree(_shared);
            _shared = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            _state->Shared = _shared;
        }

        _sharedBytes = Math.Max(bytes, _sharedBytes);
    }

    // Runs threads until all of them wait for others of their group, or have ended.
    private void Advance(int begin, int end)
    {
        do
        {
            int at = begin;
            while (at < end)
            {
                ReadOnlySpan<byte> status = _status.AsSpan(at, end - at);
                if (status[0] != Ready)
                {
                    int ready = status.IndexOf(Ready);
                    at = ready < 0 ? end : at + ready;
                    continue;
                }

                int region = _state->Resume[at];
                int until = at + Math.Min(Run(status, Ready), Run(new ReadOnlySpan<int>(_state->Resume + at, end - at), region));
                _kernel.Regions[region](_state, at, until);
                Classify(at, until);
                at = until;
            }
        }
        while (_kernel.HasWarpMeetings && ReleaseWarp(begin, end));
    }

    // How many elements from the start are the value.
    private static int Run<T>(ReadOnlySpan<T> span, T value)
        where T : unmanaged, IEquatable<T>
    {
        int different = span.IndexOfAnyExcept(value);
        return different < 0 ? span.Length : different;
    }

    private void Classify(int begin, int end)
    {
        for (int at = begin; at < end;)
        {
            int resume = _state->Resume[at];
            int count = Run(new ReadOnlySpan<int>(_state->Resume + at, end - at), resume);
            _status.AsSpan(at, count).Fill(resume < 0 ? Finished : Waiting);
            at += count;
        }
    }

    private Meeting MeetingOf(int thread) => _kernel.Meetings[_state->Resume[thread] - 1];

    // True if the threads of a warp have met and go on.
    private bool ReleaseWarp(int begin, int end)
    {
        ReadOnlySpan<byte> status = _status.AsSpan(begin, end - begin);
        int waiting = status.IndexOf(Waiting);
        if (waiting < 0)
        {
            return false;
        }

        Meeting? meeting = FindWarpMeeting(begin, end);
        if (meeting is null)
        {
            return false;
        }

        bool isWhole = end - begin == Math.Min(WarpSize, _dimension.Size - begin) && Run(status, Waiting) == status.Length;
        if (!isWhole)
        {
            // Others of the warp may be waiting for the group, which these then keep from going on; or have ended.
            return false;
        }

        for (int i = begin; i < end; i++)
        {
            if (MeetingOf(i).Name != meeting.Name)
            {
                throw Different(begin, meeting, i);
            }
        }

        Exchange(meeting, begin, end);
        _status.AsSpan(begin, end - begin).Clear();
        return true;
    }

    private Meeting? FindWarpMeeting(int begin, int end)
    {
        for (int i = begin; i < end; i++)
        {
            if (_status[i] == Waiting && MeetingOf(i) is { IsOfWarp: true } found)
            {
                return found;
            }
        }

        return null;
    }

    private void Exchange(Meeting meeting, int begin, int end)
    {
        if (meeting.Operation == Operation.Ballot)
        {
            uint ballot = 0;
            for (int i = begin; i < end; i++)
            {
                ballot |= (_state->Words[i] != 0 ? 1u : 0u) << (i - begin);
            }

            new Span<uint>(_state->Answers + begin, end - begin).Fill(ballot);
        }
        else if (meeting.Operation == Operation.Shuffle)
        {
            for (int i = begin; i < end; i++)
            {
                int source = Source(meeting.Mode, i - begin, _state->Lanes[i], _state->Bounds[i]);
                _state->Answers[i] = _state->Words[source < end - begin ? begin + source : i];
            }
        }
    }

    // The formulas of the PTX ISA for shfl: the upper part of the bounds keeps lanes in their section, the lower one ends it.
    private static int Source(string mode, int lane, uint asked, uint bounds)
    {
        int offset = (int)(asked & 31);
        int section = (int)((bounds >> 8) & 31);
        int last = (lane & section) | ((int)(bounds & 31) & ~section);
        int source = mode switch
        {
            "up" => lane - offset,
            "down" => lane + offset,
            "bfly" => lane ^ offset,
            _ => (lane & section) | (offset & ~section),
        };
        bool isInside = mode == "up" ? source >= last : source <= last;
        return isInside ? source : lane;
    }

    // True if the threads of the group have met and go on, false if all have ended.
    private bool ReleaseGroup(int count)
    {
        ReadOnlySpan<byte> status = _status.AsSpan(0, count);
        if (Run(status, Finished) == count)
        {
            return false;
        }

        int first = status.IndexOf(Waiting);
        if (Run(status, Waiting) != count || count != _dimension.Size)
        {
            throw Stuck(first, count);
        }

        Meeting meeting = MeetingOf(0);
        if (Run(new ReadOnlySpan<int>(_state->Resume, count), _state->Resume[0]) != count)
        {
            for (int i = 1; i < count; i++)
            {
                if (MeetingOf(i).Name != meeting.Name)
                {
                    throw Different(0, meeting, i);
                }
            }
        }

        if (meeting.IsOfWarp)
        {
            throw Stuck(first, count);
        }

        if (meeting.Operation == Operation.BarrierReduce)
        {
            uint sum = 0;
            foreach (uint word in new ReadOnlySpan<uint>(_state->Words, count))
            {
                sum += word;
            }

            _state->Count = sum;
        }

        else if (meeting.Operation == Operation.Shuffle)
        {
            Broadcast(meeting, count);
        }

        _status.AsSpan(0, count).Clear();
        return true;
    }

    private void Broadcast(Meeting meeting, int count)
    {
        for (int i = 0; i < count; i++)
        {
            uint source = _state->Lanes[i];
            if (source >= (uint)count)
            {
                _state->Current = i;
                throw new ArgumentOutOfRangeException(nameof(meeting), string.Create(CultureInfo.InvariantCulture, $"{meeting.Name}: thread {(int)source} was asked for, the group has {count} threads."));
            }

            _state->Answers[i] = _state->Words[source];
        }
    }

    private InvalidOperationException Different(int first, Meeting meeting, int other)
    {
        _state->Current = first;
        return new InvalidOperationException($"Threads that must meet wait at different places: one at {meeting.Name}, another one at {MeetingOf(other).Name}.");
    }

    private InvalidOperationException Stuck(int thread, int count)
    {
        _state->Current = thread;
        ReadOnlySpan<byte> status = _status.AsSpan(0, count);
        int waiting = status.Count(Waiting);
        int ended = status.Count(Finished);
        string absent = count < _dimension.Size
            ? string.Create(CultureInfo.InvariantCulture, $" The extent fills only {count} of the {_dimension.Size} threads of this group; use an explicitly grouped kernel.")
            : string.Empty;
        return new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture, $"{MeetingOf(thread).Name} is not reached by all threads: {waiting} wait, {ended} have ended without it.{absent} Move it out of the condition."));
    }
}
