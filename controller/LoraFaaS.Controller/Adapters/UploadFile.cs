namespace LoraFaaS.Controller.Adapters;

/// <summary>A file that lives as long as one upload is checked, readable by this user only, and is gone when closed. A killed process leaves it behind.</summary>
internal sealed class UploadFile : IAsyncDisposable
{
    private UploadFile(string path, FileStream stream)
    {
        Path = path;
        Stream = stream;
    }

    public string Path { get; }

    public FileStream Stream { get; }

    public static UploadFile Create(string folder)
    {
        var parent = folder.Length > 0 ? Directory.CreateDirectory(folder).FullName : System.IO.Path.GetTempPath();
        var path = System.IO.Path.Combine(parent, $"lorafaas-upload-{Guid.NewGuid():N}");

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new UploadFile(path, new FileStream(path, options));
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
