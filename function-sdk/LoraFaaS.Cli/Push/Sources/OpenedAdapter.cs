namespace LoraFaaS.Cli.Push.Sources;

/// <summary>A source as a folder on this machine; what was fetched or unpacked for it goes with it.</summary>
internal sealed class OpenedAdapter(AdapterFolder folder, DirectoryInfo? temporary) : IDisposable
{
    public AdapterFolder Folder => folder;

    public void Dispose() => temporary?.Delete(recursive: true);
}
