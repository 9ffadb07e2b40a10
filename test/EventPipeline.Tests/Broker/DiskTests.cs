using EventPipeline.Local.Shared;

namespace EventPipeline.Tests.Broker;

/// <summary>What a disk refuses, told as what it is.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_full_disk_is_told_as_full()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full, a disk that is always full, is Linux's.");
        using var full = new FileStream(
            "/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        var failure = Should.Throw<IOException>(() => full.WriteByte(1));

        DiskTrouble.Tell(failure, "data/simulated").ShouldBe(
            "The disk that holds data/simulated is full: free some space, or choose another folder with --data.");
        DiskTrouble.IsInUse(failure).ShouldBeFalse();
    }

    [Fact]
    public void A_read_only_disk_is_told_as_read_only()
    {
        var code = OperatingSystem.IsWindows() ? unchecked((int)0x80070013) : 30;

        DiskTrouble.Tell(new IOException("Read-only file system", code), "data")
            .ShouldStartWith("The disk that holds data is read-only");
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_another_process()
    {
        var data = DataFolder.Open(folder.Path, simulated: true);
        File.CreateSymbolicLink(data.LockFile, data.LockFile);

        Should.Throw<UsageException>(data.TryLock).Message.ShouldContain("cannot be used");
    }

    [Fact]
    public void A_lock_that_another_has_is()
    {
        var data = DataFolder.Open(folder.Path, simulated: true);
        using var taken = data.TryLock().ShouldNotBeNull();

        DataFolder.Open(folder.Path, simulated: true).TryLock().ShouldBeNull();
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused_by_name()
    {
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");

        Should.Throw<UsageException>(() => DataFolder.Open(file, simulated: true)).Message.ShouldContain(file);
        Should.Throw<UsageException>(() => DataFolder.Open("a\0b", simulated: true)).Message.ShouldContain("--data");
    }
}
