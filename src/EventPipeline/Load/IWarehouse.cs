namespace EventPipeline.Load;

/// <summary>
/// Where rows are kept: BigQuery when deployed, a DuckDB file on one machine. It knows uploads and statements but no
/// slices: the load protocol is written once, above it.
/// </summary>
public interface IWarehouse
{
    /// <summary>
    /// How many uploads one table takes in a day, failed ones included; null where nothing limits it.
    /// </summary>
    int? MaxLoadsPerDay => null;

    /// <summary>How many inserts one table takes in a minute; null where nothing limits it.</summary>
    int? MaxInsertsPerMinute => null;

    /// <summary>
    /// Begins to append to a table. Nothing exists in the table until <see cref="IUpload.LoadAsync"/>; a load id names
    /// one upload per table, never a second.
    /// </summary>
    Task<IUpload> StartUploadAsync(string dataset, string table, string loadId, CancellationToken cancellationToken);

    /// <summary>
    /// Appends uploads of one table, together where that saves something. None of them fails because of another's rows.
    /// </summary>
    /// <returns>What becomes of each, as <see cref="IUpload.LoadAsync"/> says.</returns>
    IReadOnlyList<Task> LoadTogether(IReadOnlyList<IUpload> uploads, CancellationToken cancellationToken) =>
        [.. uploads.Select(upload => upload.LoadAsync(cancellationToken))];

    /// <summary>Runs a query and returns its rows.</summary>
    Task<IReadOnlyList<Row>> QueryAsync(string dataset, Statement statement, CancellationToken cancellationToken);

    /// <summary>
    /// Runs an insert or a deletion once: repeating it under the same id, even after a lost answer, changes nothing.
    /// </summary>
    /// <param name="dataset">The dataset that <c>{dataset}</c> in the statement stands for.</param>
    /// <param name="statementId">Unique forever; see <see cref="StatementId"/>.</param>
    /// <param name="statement">The insert or the deletion.</param>
    /// <param name="cancellationToken">Stops waiting; it may have happened.</param>
    /// <returns>
    /// Whether it happened by this call. False if it had happened before, or if another call, or this one before its
    /// answer was lost, may have been the first.
    /// </returns>
    /// <exception cref="RejectedEventException">The id is not valid.</exception>
    Task<bool> ExecuteAsync(
        string dataset, string statementId, Statement statement, CancellationToken cancellationToken);
}

/// <summary>
/// One load's rows on their way into one table. Disposed without <see cref="LoadAsync"/>, it is abandoned without a
/// trace.
/// </summary>
public interface IUpload : IAsyncDisposable
{
    /// <summary>The rows that follow belong to a part of the upload, until another one begins.</summary>
    /// <param name="part">A number that the caller chooses, such as that of a day; 0 at first.</param>
    void Begin(int part);

    /// <summary>
    /// Leaves out the rows of a part. Memory is bounded: what was too much to hold has been sent, and is appended with
    /// the others.
    /// </summary>
    void LeaveOut(int part);

    /// <summary>Adds one row: a JSON object in UTF-8 without a line break; decimals are strings.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> row, CancellationToken cancellationToken);

    /// <summary>
    /// Appends every row that was not left out. What was cut off in between stays invisible: only a commit makes a
    /// load's rows visible, and it follows verification.
    /// </summary>
    /// <exception cref="TransientFailureException">
    /// It failed, or its outcome is unknown: the attempt has to start again under a new load id.
    /// </exception>
    Task LoadAsync(CancellationToken cancellationToken);
}
