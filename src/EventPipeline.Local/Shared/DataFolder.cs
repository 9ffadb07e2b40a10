
namespace EventPipeline.Local.Shared;

/// <summary>
/// Where one machine keeps its data. A folder holds simulated data or the configured accounts' data, never both.
/// </summary>
internal sealed class DataFolder
{
    private const string ConfiguredOrigin = "CONFIGURED";

    private DataFolder(string path, bool simulated)
    {
        Path = path;
        Simulated = simulated;
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>Whether its data comes from the simulator.</summary>
    public bool Simulated { get; }

    /// <summary>The DuckDB file.</summary>
    public string WarehouseFile => System.IO.Path.Combine(Path, "warehouse.duckdb");

    /// <summary>The address of the service that uses the folder, while there is one.</summary>
    public string AddressFile => System.IO.Path.Combine(Path, "service-address");

    /// <summary>
    /// Held by the process that uses the folder; the operating system releases it with the process, however that ends.
    /// </summary>
    public string LockFile => System.IO.Path.Combine(Path, "lock");

    /// <summary>The label of its data.</summary>
    public DataLabel Label => new(Simulated ? DataLabel.Simulated : null);

    private string OriginFile => System.IO.Path.Combine(Path, "origin");

    /// <summary>
    /// The folder to work in: the one given, or <c>data/simulated</c> and <c>data/configured</c> under the current one.
    /// </summary>
    /// <param name="given">The folder on the command line; null for the usual one.</param>
    /// <param name="simulated">Whether its data is to come from the simulator.</param>
    /// <exception cref="UsageException">It contains data of the other origin.</exception>
    public static DataFolder Open(string? given, bool simulated)
    {
        var folder = new DataFolder(PathOf(given, simulated), simulated);
        var origin = simulated ? DataLabel.Simulated : ConfiguredOrigin;
        try
        {
            Directory.CreateDirectory(folder.Path);
            if (!File.Exists(folder.OriginFile))
            {
                File.WriteAllText(folder.OriginFile, origin);
            }

            var found = File.ReadAllText(folder.OriginFile).Trim();
            return found == origin
                ? folder
                : throw new UsageException(
                    $"The folder {folder.Path} contains {found} data, and this would add {origin} data. "
                    + "Choose another with --data.");
        }
        catch (Exception failure) when (DiskTrouble.Is(failure))
        {
            throw new UsageException(DiskTrouble.Tell(failure, folder.Path));
        }
    }

    /// <summary>The existing folder, for reading: its contents determine its origin.</summary>
    public static DataFolder Existing(string? given, bool simulated)
    {
        var path = PathOf(given, simulated);
        var folder = new DataFolder(path, simulated);
        try
        {
            return File.Exists(folder.OriginFile)
                ? new DataFolder(path, File.ReadAllText(folder.OriginFile).Trim() == DataLabel.Simulated)
                : throw new UsageException(
                    $"There is no data in {path}. Start a run first, or choose the folder with --data.");
        }
        catch (Exception failure) when (DiskTrouble.Is(failure))
        {
            throw new UsageException(DiskTrouble.Tell(failure, path));
        }
    }

    /// <summary>Locks the folder for this process; null if another process has it.</summary>
    /// <exception cref="UsageException">No process can lock it.</exception>
    public FileStream? TryLock()
    {
        try
        {
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (DiskTrouble.IsInUse(failure))
        {
            return null;
        }
        catch (Exception failure) when (DiskTrouble.Is(failure))
        {
            throw new UsageException(DiskTrouble.Tell(failure, Path));
        }
    }

    private static string PathOf(string? given, bool simulated)
    {
        try
        {
            return System.IO.Path.GetFullPath(
                given ?? System.IO.Path.Combine("data", simulated ? "simulated" : "configured"));
        }
        catch (ArgumentException mistake)
        {
            throw new UsageException($"--data is not a valid folder name: {mistake.Message}");
        }
    }
}
