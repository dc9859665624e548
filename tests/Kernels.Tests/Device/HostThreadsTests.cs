using System;
using System.Diagnostics;
using System.Threading;
using DreamFusion.Kernels.Device;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Device;

public unsafe class HostThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_item_runs_once(int count)
    {
        using var threads = new HostThreads(count);
        int* runs = stackalloc int[1000];
        for (int launch = 1; launch <= 20; launch++)
        {
            threads.Run(1000, 0, new CountWork { Runs = runs });
            for (int i = 0; i < 1000; i++)
            {
                Assert.Equal(launch, runs[i]);
            }
        }
    }

    [Fact]
    public void All_threads_work_at_the_same_time()
    {
        using var threads = new HostThreads(3);
        int arrived = 0;
        // Each item waits for the others: with fewer threads than items this would not end before the time is up.
        threads.Run(3, 0, new MeetWork { Arrived = &arrived, Expected = 3 });
        Assert.Equal(3, arrived);
    }

    [Fact]
    public void Threads_have_scratch_of_their_own()
    {
        using var threads = new HostThreads(3);
        int arrived = 0;
        float** addresses = stackalloc float*[3];
        threads.Run(3, 100, new MeetWork { Arrived = &arrived, Expected = 3, Scratch = addresses });
        Assert.True(addresses[0] != addresses[1] && addresses[1] != addresses[2] && addresses[0] != addresses[2]);
    }

    [Fact]
    public void A_failure_comes_out_where_the_work_was_started_and_the_threads_go_on()
    {
        using var threads = new HostThreads(2);
        Assert.Throws<InvalidOperationException>(() => threads.Run(100, 0, default(FailingWork)));
        int runs = 0;
        threads.Run(1, 0, new CountWork { Runs = &runs });
        Assert.Equal(1, runs);
    }

    [Fact]
    public void Launches_do_not_allocate()
    {
        using var threads = new HostThreads(2);
        int* runs = stackalloc int[64];
        threads.Run(64, 10, new CountWork { Runs = runs });
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            threads.Run(64, 10, new CountWork { Runs = runs });
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Only_a_CPU_with_tuned_kernels_has_them()
    {
        using var device = new TestDevice(3);
        Assert.Null(HostThreads.For(device.Accelerator, KernelChoice.Portable));
        using HostThreads? threads = HostThreads.For(device.Accelerator, KernelChoice.Tuned);
        Assert.Equal(3, threads?.Count);
    }

    private struct CountWork : IHostWork
    {
        public int* Runs;

        public readonly void Run(int item, float* scratch) => Interlocked.Increment(ref Runs[item]);
    }

    private struct MeetWork : IHostWork
    {
        public int* Arrived;
        public float** Scratch;
        public int Expected;

        public readonly void Run(int item, float* scratch)
        {
            if (Scratch != null)
            {
                Scratch[item] = scratch;
            }
            Interlocked.Increment(ref *Arrived);
            long start = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref *Arrived) < Expected)
            {
                if (Stopwatch.GetElapsedTime(start).TotalSeconds > 30)
                {
                    throw new InvalidOperationException($"Item {item} waited for the others in vain.");
                }
                Thread.Yield();
            }
        }
    }

    private struct FailingWork : IHostWork
    {
        public readonly void Run(int item, float* scratch)
        {
            if (item % 10 == 3)
            {
                throw new InvalidOperationException("An item failed.");
            }
        }
    }
}
