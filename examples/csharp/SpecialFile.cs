using System.Runtime.InteropServices;

namespace FolderIndex.CSharp;

/// <summary>Pipes, sockets and devices look like empty files to .NET, and opening a pipe blocks until somebody writes to it.</summary>
public static class SpecialFile
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int DoNotFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int ModeOffset = 28; // of stx_mode: the layout is the same on every processor
    private const int TypeBits = 0xF000;
    private const int Ordinary = 0x8000;

    /// <summary>Whether the path is known to be neither an ordinary file, nor a folder or link. Only Linux is asked; elsewhere, and when in doubt, no.</summary>
    public static bool IsSpecial(string path)
    {
        try
        {
            var result = new byte[256];

            return OperatingSystem.IsLinux()
                && Statx(CurrentFolder, path, DoNotFollow, TypeOnly, result) == 0
                && (BitConverter.ToUInt16(result, ModeOffset) & TypeBits) != Ordinary;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, string path, int flags, uint mask, byte[] result);
}
