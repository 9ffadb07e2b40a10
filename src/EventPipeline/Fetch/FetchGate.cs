using EventPipeline.Messages;

namespace EventPipeline.Fetch;

/// <summary>
/// Lets a fetch request in if its vendor has a slot, and sees to it that no request is given up which was only kept
/// waiting: by other windows of its vendor, by its account's turn, or by a host that answers nobody.
/// </summary>
internal sealed class FetchGate(VendorSlots slots, MessageRenewal renewal, SharedFetch windows)
{
    /// <exception cref="TransientFailureException">
    /// There was no slot, and nothing was tried; or the attempt failed.
    /// </exception>
    /// <exception cref="RejectedEventException">It can never succeed as it stands.</exception>
    public async Task HandleAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        using var slot = slots.TryTake(message.Vendor);
        if (slot is null)
        {
            await RefuseAsync(message, received, cancellationToken);
            return;
        }

        try
        {
            await windows.HandleAsync(message, received, cancellationToken);
        }
        catch (TransientFailureException failure) when (
            failure.IsHeldOff && !cancellationToken.IsCancellationRequested)
        {
            if (!await renewal.TryHeldOffAsync(message, received, failure.Message, cancellationToken))
            {
                throw;
            }
        }
    }

    private async Task RefuseAsync(FetchRequested message, ReceivedEvent received, CancellationToken cancellationToken)
    {
        var reason = $"{message.Window}: all requests that one instance takes for {message.Vendor} are at work, so "
            + "this one was not tried.";
        if (!await renewal.TryAsync(message, received, reason, cancellationToken))
        {
            throw new TransientFailureException(reason) { IsBusy = true };
        }
    }
}
