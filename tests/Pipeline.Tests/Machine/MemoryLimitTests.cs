using System.IO;
using DreamFusion.Pipeline.Machine.Planning;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Machine;

/// <summary>Available memory from files as Linux writes them.</summary>
public sealed class MemoryLimitTests
{
    private const long Gibibyte = 1L << 30;

    [Fact]
    public void Without_a_control_group_it_is_what_the_kernel_calls_available()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/user.slice\n");
        Assert.Equal(new MemoryLimit(FakeSystem.Available, "free memory of this machine"), MemoryLimit.Read(system.Root));
    }

    [Fact]
    public void Version_2_subtracts_the_use_and_adds_what_can_be_given_back()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/job\n");
        system.Group("sys/fs/cgroup/job", "memory.max", 2 * Gibibyte, "memory.current", Gibibyte, $"anon 5\ninactive_file {Gibibyte / 4}\n");
        Assert.Equal(Gibibyte + (Gibibyte / 4), MemoryLimit.Read(system.Root)?.AvailableBytes);
        Assert.Equal("memory limit of the control group", MemoryLimit.Read(system.Root)?.Source);
    }

    [Fact]
    public void Version_2_without_a_limit_does_not_limit()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/job\n");
        system.Write("sys/fs/cgroup/job/memory.max", "max\n");
        system.Write("sys/fs/cgroup/job/memory.current", "1000\n");
        Assert.Equal(FakeSystem.Available, MemoryLimit.Read(system.Root)?.AvailableBytes);
    }

    [Fact]
    public void A_parent_bounds_its_children()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/outer/inner\n");
        system.Group("sys/fs/cgroup/outer/inner", "memory.max", 4 * Gibibyte, "memory.current", 0, "");
        system.Group("sys/fs/cgroup/outer", "memory.max", Gibibyte, "memory.current", Gibibyte / 2, "");
        Assert.Equal(Gibibyte / 2, MemoryLimit.Read(system.Root)?.AvailableBytes);
    }

    [Fact]
    public void Inside_a_container_the_mount_itself_is_the_group()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/../../docker/0123\n");
        system.Group("sys/fs/cgroup", "memory.max", Gibibyte, "memory.current", 0, "");
        Assert.Equal(Gibibyte, MemoryLimit.Read(system.Root)?.AvailableBytes);
    }

    [Fact]
    public void Version_1_has_its_own_names_and_a_huge_number_for_no_limit()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "11:cpu,cpuacct:/\n5:memory:/docker/0123\n1:name=systemd:/\n");
        system.Group("sys/fs/cgroup/memory", "memory.limit_in_bytes", 9223372036854771712, "memory.usage_in_bytes", 0, "");
        Assert.Equal(FakeSystem.Available, MemoryLimit.Read(system.Root)?.AvailableBytes);
        system.Group("sys/fs/cgroup/memory", "memory.limit_in_bytes", 3 * Gibibyte, "memory.usage_in_bytes", Gibibyte, "total_inactive_file 1024\n");
        Assert.Equal((2 * Gibibyte) + 1024, MemoryLimit.Read(system.Root)?.AvailableBytes);
    }

    [Fact]
    public void A_full_group_leaves_nothing()
    {
        using var system = new FakeSystem();
        system.Write("proc/self/cgroup", "0::/job\n");
        system.Group("sys/fs/cgroup/job", "memory.max", Gibibyte, "memory.current", 2 * Gibibyte, "");
        Assert.Equal(0, MemoryLimit.Read(system.Root)?.AvailableBytes);
    }

    [Fact]
    public void A_system_without_these_files_says_nothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(MemoryLimit.Read(folder.Path));
    }

    [Fact]
    public void This_machine_has_some() => Assert.InRange(MemoryLimit.OfThisProcess().AvailableBytes, 1L << 20, 1L << 50);

    private sealed class FakeSystem : System.IDisposable
    {
        public const long Available = 8 * Gibibyte;

        private readonly TemporaryFolder _folder = new();

        public FakeSystem() => Write("proc/meminfo", $"MemTotal: {16 * Gibibyte / 1024} kB\nMemFree: 1 kB\nMemAvailable:   {Available / 1024} kB\n");

        public string Root => _folder.Path;

        public void Write(string path, string text)
        {
            string file = Path.Combine(Root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        public void Group(string folder, string limitName, long limit, string usageName, long usage, string statistics)
        {
            Write($"{folder}/{limitName}", $"{limit}\n");
            Write($"{folder}/{usageName}", $"{usage}\n");
            Write($"{folder}/memory.stat", statistics);
        }

        public void Dispose() => _folder.Dispose();
    }
}
