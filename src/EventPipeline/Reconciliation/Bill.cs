namespace EventPipeline.Reconciliation;

/// <summary>A bill, and what a person knows of it that no vendor's API tells. US dollars.</summary>
/// <param name="Invoice">What is to be paid.</param>
/// <param name="Tax">The tax in it.</param>
/// <param name="Credits">The credits that were deducted, as a positive amount.</param>
/// <param name="Seats">What it asks for seats, and for other subscriptions that the API does not tell.</param>
internal sealed record Bill(decimal Invoice, decimal Tax, decimal Credits, decimal Seats);
