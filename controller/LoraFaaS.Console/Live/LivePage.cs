using LoraFaaS.Client;
using LoraFaaS.Console.Session;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Console.Live;

/// <summary>A page that looks at the platform again and again while it is open. What it last saw stays when a look fails; the failure is shown beside it.</summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _look = new(1);
    private Task _looking = Task.CompletedTask;

    [Inject]
    internal ConsoleSession Session { get; set; } = null!;

    [Inject]
    internal Notices Notices { get; set; } = null!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    [Inject]
    private IOptions<ConsoleOptions> Options { get; set; } = null!;

    /// <summary>The first look is over, whatever it saw.</summary>
    protected bool Looked { get; private set; }

    /// <summary>A look has succeeded: there is something to show, if an old one.</summary>
    protected bool Seen { get; private set; }

    /// <summary>Why the last look failed; null: it did not.</summary>
    protected string? Fault { get; private set; }

    /// <summary>Cancelled when the page closes.</summary>
    protected CancellationToken Closed => _closed.Token;

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _looking;
        await LeaveAsync();
        _closed.Dispose();
        _look.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void OnInitialized() => _looking = LookAgainAndAgainAsync();

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task LookAsync(LoraFaaSClient client, CancellationToken cancellationToken);

    /// <summary>Ends what the page has begun beside looking.</summary>
    protected virtual Task LeaveAsync() => Task.CompletedTask;

    /// <summary>Looks now, after something was changed here.</summary>
    protected async Task RefreshAsync()
    {
        if (_closed.IsCancellationRequested)
        {
            return;
        }

        await _look.WaitAsync(Closed);

        try
        {
            await LookAsync(await Session.ClientAsync(), Closed);
            (Fault, Seen) = (null, true);
        }
        catch (LoraFaaSException failure)
        {
            Fault = Faults.Say(failure);
            LeaveIfLoggedOut(failure);
        }
        finally
        {
            _look.Release();
        }

        Looked = true;
        StateHasChanged();
    }

    /// <summary>Does what somebody asked for and says how it went; null: done, else why not.</summary>
    protected async Task<string?> TryAsync(Func<LoraFaaSClient, Task> change, string? done = null)
    {
        try
        {
            await change(await Session.ClientAsync());
        }
        catch (LoraFaaSException failure)
        {
            LeaveIfLoggedOut(failure);
            return Faults.Say(failure);
        }

        if (done is not null)
        {
            Notices.Say(done);
        }

        await RefreshAsync();
        return null;
    }

    /// <summary>The same, with the failure said aloud.</summary>
    protected async Task DoAsync(Func<LoraFaaSClient, Task> change, string done)
    {
        if (await TryAsync(change, done) is { } fault)
        {
            Notices.Fail(fault);
        }
    }

    private void LeaveIfLoggedOut(LoraFaaSException failure)
    {
        if (failure.Status is System.Net.HttpStatusCode.Unauthorized)
        {
            // The password was changed: a fresh login is needed, by a request and not by this connection.
            Navigation.NavigateTo("login", forceLoad: true);
        }
    }

    private async Task LookAgainAndAgainAsync()
    {
        using var timer = new PeriodicTimer(Options.Value.Refresh, Time);

        try
        {
            do
            {
                await RefreshAsync();
            }
            while (await timer.WaitForNextTickAsync(Closed));
        }
        catch (OperationCanceledException) when (Closed.IsCancellationRequested)
        {
            // The page was closed.
        }
    }
}
