using System.Diagnostics;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Adapters;
using LoraFaaS.Packaging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Packages;

/// <summary>
/// Takes packages of functions' code in, judged and in canonical form, and judges them again when a deployment names one. They lie in a folder of their
/// own only while they are looked at.
/// </summary>
internal sealed class PackageDesk(IArtifactStore artifacts, IOptions<ControllerOptions> options) : ICodeInspector
{
    public async Task<(PackageInfo? Package, Problem? Problem)> PushAsync(Stream tar, CancellationToken cancellationToken)
    {
        using var folder = PackageWorkFolder.Create(options.Value.UploadFolder);
        using var spool = PackageWorkFolder.Create(options.Value.UploadFolder);

        // Whole and on disk first: its headers are looked at before a reader takes memory for what they claim.
        await using var whole = new FileStream(
            Path.Combine(spool.Path, "package.tar"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous });
        await tar.CopyToAsync(whole, cancellationToken);
        whole.Position = 0;

        if (await PackageArchive.ExtractAsync(whole, folder.Path, cancellationToken) is { } unread)
        {
            return (null, unread);
        }

        return PackageFolder.Inspect(folder.Path) switch
        {
            PackageInspection.Valid valid => await StoreAsync(folder.Path, valid, cancellationToken),
            PackageInspection.Refused refused => (null, refused.Problem),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<CodeInspection> InspectAsync(Digest package, CancellationToken cancellationToken)
    {
        // A deployment is about to refer to it: from here on it is not old enough to be collected.
        if (!await artifacts.TouchAsync(package, cancellationToken) || await artifacts.OpenAsync(package, cancellationToken) is not { } content)
        {
            return new CodeInspection.Refused(new Problem(ErrorCode.CodeInvalid, $"no package {package} was pushed"));
        }

        await using (content)
        {
            using var folder = PackageWorkFolder.Create(options.Value.UploadFolder);

            if (await PackageArchive.ExtractAsync(content.Stream, folder.Path, cancellationToken) is { } unread)
            {
                return new CodeInspection.Refused(unread);
            }

            return PackageFolder.Inspect(folder.Path) switch
            {
                PackageInspection.Valid => new CodeInspection.Valid(content.Bytes),
                PackageInspection.Refused refused => new CodeInspection.Refused(refused.Problem),
                _ => throw new UnreachableException(),
            };
        }
    }

    private async Task<(PackageInfo? Package, Problem? Problem)> StoreAsync(string folder, PackageInspection.Valid valid, CancellationToken cancellationToken)
    {
        await using var canonical = UploadFile.Create(options.Value.UploadFolder);

        if (await PackageArchive.WriteAsync(folder, canonical.Stream, cancellationToken) is { } unwritten)
        {
            return (null, unwritten);
        }

        canonical.Stream.Position = 0;
        var stored = await artifacts.PutAsync(canonical.Stream, canonical.Stream.Length, cancellationToken);
        return (new PackageInfo { Digest = stored.Digest.Value, Bytes = stored.Bytes, EntryFile = valid.EntryFile, TypeName = valid.TypeName }, null);
    }
}
