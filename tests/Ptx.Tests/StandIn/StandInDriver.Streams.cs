using System;
using System.Linq;
using System.Runtime.InteropServices;

namespace DreamFusion.Ptx.Tests.StandIn;

internal sealed partial class StandInDriver
{
    public nint CreateStream(bool isBlocking)
    {
        nint handle = NewHandle();
        _streams.Add(handle, new StreamTimeline(handle, isBlocking));
        return handle;
    }

    public void DestroyStream(nint handle)
    {
        Require(handle != 0, DriverError.InvalidHandle, "the default stream cannot be destroyed");
        Drain(Stream(handle));
        _streams.Remove(handle);
    }

    public nint CreateEvent(bool takesTime)
    {
        nint handle = NewHandle();
        _events.Add(handle, new EventRecord { TakesTime = takesTime });
        return handle;
    }

    public void DestroyEvent(nint handle) => Require(_events.Remove(handle), DriverError.InvalidHandle, $"there is no event {handle:x}");

    public void Record(nint marker, nint stream)
    {
        EventRecord record = Event(marker);
        StreamTimeline timeline = Stream(stream);
        record.Stream = timeline;
        record.Mark = Issue(stream, () => { });
    }

    public void Wait(nint stream, nint marker)
    {
        EventRecord record = Event(marker);
        if (record.Mark is { } mark)
        {
            StreamTimeline source = record.Stream!;
            StreamTimeline waiting = Stream(stream);
            Issue(stream, () =>
            {
                Drain(source, mark);
                waiting.Clock.Join(mark.Done);
            });
        }
    }

    public void SynchronizeEvent(nint marker)
    {
        EventRecord record = Event(marker);
        if (record.Mark is { } mark)
        {
            Drain(record.Stream!, mark);
            _host.Join(mark.Done);
        }
    }

    public float Elapsed(nint first, nint second)
    {
        foreach (EventRecord record in new[] { Event(first), Event(second) })
        {
            Require(record.TakesTime, DriverError.InvalidHandle, "an event takes no time");
            Require(record.Mark is { IsDone: true }, DriverError.InvalidHandle, "an event has not happened");
        }

        return 1f;
    }

    public void Synchronize(nint stream)
    {
        StreamTimeline timeline = Stream(stream);
        Drain(timeline);
        _host.Join(timeline.Clock);
    }

    public void SynchronizeAll()
    {
        // The youngest first: an order that only a mistake can notice.
        foreach (StreamTimeline timeline in _streams.Values.Reverse())
        {
            Drain(timeline);
            _host.Join(timeline.Clock);
        }
    }

    public void CopyToDevice(ulong target, nint source, long bytes, nint stream)
    {
        Allocation allocation = Find(target);
        int at = Place(allocation, target, bytes);
        Issue(stream, () =>
        {
            Use(allocation, stream, at, at + bytes, isWrite: true, "a copy to the device");
            Marshal.Copy(source, allocation.Buffer.Bytes, at, (int)bytes);
        });
    }

    public void CopyToHost(nint target, ulong source, long bytes, nint stream)
    {
        Allocation allocation = Find(source);
        int at = Place(allocation, source, bytes);
        Issue(stream, () =>
        {
            Use(allocation, stream, at, at + bytes, isWrite: false, "a copy to the host");
            Marshal.Copy(allocation.Buffer.Bytes, at, target, (int)bytes);
        });
    }

    public void CopyOnDevice(ulong target, ulong source, long bytes, nint stream)
    {
        Allocation from = Find(source);
        Allocation to = Find(target);
        int start = Place(from, source, bytes);
        int at = Place(to, target, bytes);
        Issue(stream, () =>
        {
            Use(from, stream, start, start + bytes, isWrite: false, "a copy on the device");
            Use(to, stream, at, at + bytes, isWrite: true, "a copy on the device");
            Buffer.BlockCopy(from.Buffer.Bytes, start, to.Buffer.Bytes, at, (int)bytes);
        });
    }

    public void Set(ulong target, byte value, long bytes, nint stream)
    {
        Allocation allocation = Find(target);
        int at = Place(allocation, target, bytes);
        Issue(stream, () =>
        {
            Use(allocation, stream, at, at + bytes, isWrite: true, "a memset");
            Array.Fill(allocation.Buffer.Bytes, value, at, (int)bytes);
        });
    }

    private static int Place(Allocation allocation, ulong address, long bytes)
    {
        int at = (int)(address - allocation.Buffer.Address);
        Require(at + bytes <= allocation.Buffer.Bytes.Length, DriverError.InvalidValue, $"{bytes} bytes at {address:x} reach over the end of a buffer of {allocation.Buffer.Bytes.Length}");
        return at;
    }

    private StreamOperation Issue(nint stream, Action run)
    {
        StreamTimeline timeline = Stream(stream);
        var operation = new StreamOperation(run, _host.Copy());
        // The legacy default stream and blocking streams wait for each other.
        foreach (StreamTimeline other in _streams.Values.Where(other => other != timeline && other.IsBlocking && timeline.IsBlocking && (stream == 0 || other.Handle == 0)))
        {
            if (other.Last is { } last)
            {
                Enqueue(timeline, new StreamOperation(() => { Drain(other, last); timeline.Clock.Join(last.Done); }, _host.Copy()));
            }
        }

        Enqueue(timeline, operation);
        return operation;
    }

    private static void Enqueue(StreamTimeline timeline, StreamOperation operation)
    {
        timeline.Pending.Enqueue(operation);
        timeline.Last = operation;
    }

    private void Drain(StreamTimeline timeline, StreamOperation? until = null)
    {
        while ((until is null || !until.IsDone) && timeline.Pending.TryDequeue(out StreamOperation? operation))
        {
            timeline.Clock.Join(operation.Issued);
            timeline.Clock.Advance(timeline.Handle);
            operation.Run();
            operation.Done = timeline.Clock.Copy();
            operation.IsDone = true;
        }
    }

    private StreamTimeline Stream(nint handle)
        => _streams.TryGetValue(handle, out StreamTimeline? stream) ? stream : throw new DriverException(DriverError.InvalidHandle, $"there is no stream {handle:x}");

    private EventRecord Event(nint handle)
        => _events.TryGetValue(handle, out EventRecord? record) ? record : throw new DriverException(DriverError.InvalidHandle, $"there is no event {handle:x}");
}
