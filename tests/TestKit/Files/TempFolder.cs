namespace LoraFaaS.TestKit.Files;

/// <summary>A folder of a test's own, only the user's (0700), removed with everything in it.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder()
    {
        Path = Directory.CreateTempSubdirectory("lorafaas-test-").FullName;
    }

    public string Path { get; }

    public string File(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Folder(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(File(parts)).FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // A test may have removed it itself, which leaves nothing to do.
        }
    }
}
