# SPDX-License-Identifier: GPL-2.0-or-later
#
# Puts io.iscsi.Initiator.varlink into iscsid_ctl, so that the file people read
# and what `varlinkctl introspect` shows are one. include() it once the target
# exists.
set(interface_file ${CMAKE_CURRENT_LIST_DIR}/io.iscsi.Initiator.varlink)
file(READ ${interface_file} ISCSID_INTERFACE)
configure_file(${CMAKE_CURRENT_LIST_DIR}/interface_text.cc.in
               ${CMAKE_BINARY_DIR}/interface_text.cc @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${interface_file})
target_sources(iscsid_ctl PRIVATE ${CMAKE_BINARY_DIR}/interface_text.cc)
