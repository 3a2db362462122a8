using System.Diagnostics;
using System.Net;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>Brings a source's two files to a folder on this machine. They are judged by the platform when they are pushed, wherever they came from.</summary>
internal sealed class AdapterOpener(FileFetcher fetcher, HubSettings hub, StepLog progress, TimeProvider time)
{
    /// <summary>What a controller takes unless it is told otherwise; it has the last word.</summary>
    private const long MaxBytes = 4L << 30;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    /// <param name="text">What the user named: see <see cref="AdapterSource.Read"/>.</param>
    /// <exception cref="UsageException">It is not there or is no adapter; the message says what is missing.</exception>
    public static async Task<OpenedAdapter> OpenAsync(string text, StepLog progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var hub = HubSettings.Read(Environment.GetEnvironmentVariable);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = ConnectLimit };
        using var fetcher = new FileFetcher(handler, time);
        return await new AdapterOpener(fetcher, hub, progress, time).OpenAsync(AdapterSource.Read(text, hub), cancellationToken);
    }

    /// <exception cref="UsageException">It is not there or is no adapter; the message says what is missing.</exception>
    public async Task<OpenedAdapter> OpenAsync(AdapterSource source, CancellationToken cancellationToken)
    {
        if (source is AdapterSource.Folder { Path: var path })
        {
            return new OpenedAdapter(AdapterFolder.Open(HubCache.Resolve(path)), null);
        }

        var started = time.GetTimestamp();
        var temporary = Directory.CreateTempSubdirectory("lorafaas-adapter-");

        try
        {
            var from = await BringAsync(source, temporary.FullName, cancellationToken);
            var folder = AdapterFolder.Open(temporary.FullName);

            if (source.IsRemote)
            {
                progress.Done("fetched", from, time.GetElapsedTime(started));
            }

            return new OpenedAdapter(folder, temporary);
        }
        catch (FetchException e)
        {
            temporary.Delete(recursive: true);
            throw new UsageException($"{e.Message}.");
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }

    private async Task<string> BringAsync(AdapterSource source, string folder, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case AdapterSource.Archive { Path: var archive }:
                await AdapterTarball.UnpackAsync(archive, archive, folder, MaxBytes, cancellationToken);
                return archive;

            case AdapterSource.Web { Address: var address }:
                var file = Path.Combine(folder, "archive");
                await FetchAsync(address, null, file, Path.GetFileName(address.AbsolutePath), cancellationToken);
                await AdapterTarball.UnpackAsync(FileFetcher.Named(address), file, folder, MaxBytes, cancellationToken);
                File.Delete(file);
                return FileFetcher.Named(address);

            case AdapterSource.Hub { Address: var address }:
                return await BringAsync(address, folder, cancellationToken);

            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Both files of one version of the repository: a push between the two would pair a configuration with another's weights.</summary>
    private async Task<string> BringAsync(HubAddress address, string folder, CancellationToken cancellationToken)
    {
        var config = await FetchAsync(address, AdapterConfig.File, null, folder, cancellationToken);
        await FetchAsync(address, AdapterArchive.WeightsFile, config.Commit, folder, cancellationToken);
        return config.Commit is { } commit ? $"{address with { Revision = commit }}" : $"{address}";
    }

    private async Task<FetchedFile> FetchAsync(HubAddress address, string file, string? commit, string folder, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchAsync(address.Of(file, hub.Endpoint, commit), hub.Token, Path.Combine(folder, file), file, cancellationToken);
        }
        catch (FetchException e) when (e.Status is HttpStatusCode.NotFound)
        {
            throw new UsageException($"{address} has no {file}{Instead(file)}.");
        }
        catch (FetchException e) when (e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new UsageException(hub.Token is null
                ? $"{address} is not there, or not everybody may read it: give a token that may with HF_TOKEN."
                : $"{address} is not there, or the token in HF_TOKEN may not read it.");
        }
    }

    private Task<FetchedFile> FetchAsync(Uri address, string? token, string path, string subject, CancellationToken cancellationToken) => TransferBar.CountAsync(
        subject, progress.Silent, arrived => fetcher.FetchAsync(address, token, path, MaxBytes, arrived, cancellationToken));

    private static string Instead(string file) =>
        file == AdapterArchive.WeightsFile ? "; where it has adapter_model.bin, which can hold code and is not read, save that again as safetensors" : "";
}
